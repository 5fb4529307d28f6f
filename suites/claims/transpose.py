# TransPose's position encoding and depth, on Leeds Sports Pose.
title = "TransPose's claims on Leeds Sports Pose"
about = (
    'Position encoding and number of encoder layers of the small network of suites/lsp.py. The paper measures them by AP on '
    'COCO.'
)
configs = {'TransPose': 'transpose/td-hm_transpose-mobilenetv2-a4_1xb32-30e_lsp-128x96.py'}
data = {
    'data/lsp': 'python tools/prepare_data.py lsp SRC data/lsp',
    'data/lspet': 'python tools/prepare_data.py lspet SRC data/lspet --scores SCORES',
}
samples = 30_000  # TransPose learns the fastest of the five
seeds = [0, 1, 2]
metric = 'pck/PCK'
settings = {
    'as configured': {},
    'learnable position': {'model.head.position_encoding': 'learnable'},
    'no position': {'model.head.position_encoding': 'none'},
    '2 layers': {'model.head.num_layers': 2},
    '6 layers': {'model.head.num_layers': 6},
}
claims = [
    dict(
        text='A sine encoding of the position is better than none.',
        source='TransPose, ablations',
        published='better',
        better='as configured',
        worse='no position',
    ),
    dict(
        text='A sine encoding of the position is better than a learnable one.',
        source='TransPose, ablations',
        published='better',
        better='as configured',
        worse='learnable position',
    ),
    dict(
        text='More encoder layers are better: four than two.',
        source='TransPose, ablations',
        published='R-A3 71.7, R-A4 72.6 AP',
        better='as configured',
        worse='2 layers',
    ),
    dict(
        text='More encoder layers are better: six than four.',
        source='TransPose, table of HRNet models',
        published='H-A4 75.3, H-A6 75.8 AP',
        better='6 layers',
        worse='as configured',
    ),
]
