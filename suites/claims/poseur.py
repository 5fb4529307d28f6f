# Poseur's ablations, on Leeds Sports Pose: what each part of the method is for.
title = "Poseur's claims on Leeds Sports Pose"
about = (
    'Each part of Poseur taken away from the small network of suites/lsp.py. The paper measures them by AP on COCO with '
    'ResNet-50 and six decoder layers.'
)
configs = {'Poseur': 'poseur/td-reg_poseur-mobilenetv2_1xb32-30e_lsp-128x96.py'}
data = {
    'data/lsp': 'python tools/prepare_data.py lsp SRC data/lsp',
    'data/lspet': 'python tools/prepare_data.py lspet SRC data/lspet --scores SCORES',
}
samples = 64_000
seeds = [0, 1, 2]
metric = 'pck/PCK'
settings = {
    'as configured': {},
    'learned start': {'model.head.query_start': 'learned'},
    'no noise': {'model.head.noise': None},
    '1 level': {'model.head.feature_levels': (3,), 'find_unused_parameters': True},
    '1 layer': {'model.head.num_layers': 1},
    '6 layers': {'model.head.num_layers': 6},
}
retests = {'RLE score': {'model.head.decoder.score': 'rle'}}
claims = [
    dict(
        text='Queries begin better with the encoding of the coarse estimate than with a learned one.',
        source='Poseur, ablations',
        published='+0.6 AP',
        better='as configured',
        worse='learned start',
    ),
    dict(
        text='Noisy reference points in training help.',
        source='Poseur, ablations',
        published='+0.6 AP',
        better='as configured',
        worse='no noise',
    ),
    dict(
        text='The integral score ranks people better than the RLE score. (PCK sees no scores: none is right here.)',
        source='Poseur, ablations',
        published='+0.9 AP',
        better='as configured',
        worse='RLE score',
    ),
    dict(
        text='Four levels of features are better than one.',
        source='Poseur, ablations',
        published='73.6 to 74.7 AP',
        better='as configured',
        worse='1 level',
    ),
    dict(
        text='More decoder layers are better: three than one.',
        source='Poseur, ablations',
        published='grows up to six layers',
        better='as configured',
        worse='1 layer',
    ),
    dict(
        text='More decoder layers are better: six than three.',
        source='Poseur, ablations',
        published='grows up to six layers',
        better='6 layers',
        worse='as configured',
    ),
]
