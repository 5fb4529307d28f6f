# AlphaPose's two claims about regression from heatmaps, on Leeds Sports Pose.
title = "AlphaPose's claims on Leeds Sports Pose"
about = (
    'Symmetric against plain integral regression, and two-step normalisation against a softmax, on the small network of '
    'suites/lsp.py. The paper measures them on whole bodies.'
)
configs = {'AlphaPose': 'alphapose/td-reg_mobilenetv2_sikr_1xb32-30e_lsp-128x96.py'}
data = {
    'data/lsp': 'python tools/prepare_data.py lsp SRC data/lsp',
    'data/lspet': 'python tools/prepare_data.py lspet SRC data/lspet --scores SCORES',
}
samples = 45_000
seeds = [0, 1, 2]
metric = 'pck/PCK'
settings = {
    'as configured': {},
    'plain integral': {'model.head.symmetric': False},
    'softmax': {'model.head.normalization': 'softmax'},
    'plain integral, softmax': {'model.head.symmetric': False, 'model.head.normalization': 'softmax'},
}
claims = [
    dict(
        text="The symmetric gradient learns better than the plain integral's, with two-step normalisation.",
        source='AlphaPose, section 3.2',
        published='better',
        better='as configured',
        worse='plain integral',
    ),
    dict(
        text="The symmetric gradient learns better than the plain integral's, with a softmax.",
        source='AlphaPose, section 3.2',
        published='better',
        better='softmax',
        worse='plain integral, softmax',
    ),
    dict(
        text='Two-step normalisation is better than a softmax. (The paper: for parts of different size, and for scores.)',
        source='AlphaPose, section 3.2',
        published='better',
        better='as configured',
        worse='softmax',
    ),
]
