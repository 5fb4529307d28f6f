# TFPose's auxiliary heatmaps and depth, on Leeds Sports Pose.
title = "TFPose's claims on Leeds Sports Pose"
about = (
    'Auxiliary heatmaps, encoder and decoder layers of the small network of suites/lsp.py. The paper measures them by AP on '
    'COCO.'
)
configs = {'TFPose': 'tfpose/td-reg_tfpose-mobilenetv2_1xb32-30e_lsp-128x96.py'}
data = {
    'data/lsp': 'python tools/prepare_data.py lsp SRC data/lsp',
    'data/lspet': 'python tools/prepare_data.py lspet SRC data/lspet --scores SCORES',
}
samples = 36_000
seeds = [0, 1, 2]
metric = 'pck/PCK'
settings = {
    'as configured': {},
    'no auxiliary heatmaps': {'model.head.auxiliary': False, 'model.head.heatmap_loss': None},
    '1 decoder layer': {'model.head.num_layers': 1, 'model.head.decoder.score': 'constant'},
    '6 decoder layers': {'model.head.num_layers': 6},
    'no encoder': {'model.head.num_encoder_layers': 0},
}
claims = [
    dict(
        text='The auxiliary loss of heatmaps helps.',
        source='TFPose, ablations',
        published='better',
        better='as configured',
        worse='no auxiliary heatmaps',
    ),
    dict(
        text='More decoder layers are better: three than one.',
        source='TFPose, ablations',
        published='grows up to six layers',
        better='as configured',
        worse='1 decoder layer',
    ),
    dict(
        text='More decoder layers are better: six than three.',
        source='TFPose, ablations',
        published='grows up to six layers',
        better='6 decoder layers',
        worse='as configured',
    ),
    dict(
        text='An encoder helps.',
        source='TFPose, ablations',
        published='better',
        better='as configured',
        worse='no encoder',
    ),
]
