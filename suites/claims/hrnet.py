# How heatmaps are decoded, on Leeds Sports Pose: the same trained networks, tested in several ways.
title = "Decoding of HRNet's heatmaps on Leeds Sports Pose"
about = (
    'DARK against a quarter of a pixel towards the larger neighbour, and the flip test, on the network of suites/lsp.py: '
    'trained once a seed, tested in every way. The papers measure them by AP on COCO.'
)
configs = {'HRNet': 'hrnet/td-hm_hrnet-w16_1xb32-30e_lsp-128x96.py'}
data = {
    'data/lsp': 'python tools/prepare_data.py lsp SRC data/lsp',
    'data/lspet': 'python tools/prepare_data.py lspet SRC data/lspet --scores SCORES',
}
samples = 90_000
seeds = [0, 1, 2]
metric = 'pck/PCK'
retests = {
    'quarter offset': {'model.head.decoder.unbiased': False},
    'without flip': {'model.test_cfg.flip_test': False},
    'flipped heatmaps not shifted': {'model.test_cfg.shift_heatmap': False},
}
claims = [
    dict(
        text='DARK decodes better than a quarter of a pixel.',
        source='DARK (Zhang et al. 2020), on HRNet-W32 at 256x192',
        published='74.9 to 75.7 AP, trained for it, too',
        better='as configured',
        worse='quarter offset',
    ),
    dict(
        text='Predictions of a picture and of its mirror together are better than the first alone.',
        source='HRNet, section 4.1',
        published='used throughout, without a figure',
        better='as configured',
        worse='without flip',
    ),
    dict(
        text="The mirror's heatmaps are to be shifted by a pixel.",
        source="HRNet, the authors' code",
        published='used throughout, without a figure',
        better='as configured',
        worse='flipped heatmaps not shifted',
    ),
]
