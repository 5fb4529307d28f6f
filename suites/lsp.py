# Five methods on photographs: the same data, the same size of input, the same number of samples.
title = 'Five methods on Leeds Sports Pose'
about = (
    'Every method learns from the 1000 training pictures of Leeds Sports Pose, which count twice, and from those of LSP '
    'Extended whose labels are trusted, at 128x96. All but HRNet begin with MobileNetV2 from ImageNet.'
)
configs = {
    'HRNet': 'hrnet/td-hm_hrnet-w16_1xb32-30e_lsp-128x96.py',
    'TransPose': 'transpose/td-hm_transpose-mobilenetv2-a4_1xb32-30e_lsp-128x96.py',
    'AlphaPose': 'alphapose/td-reg_mobilenetv2_sikr_1xb32-30e_lsp-128x96.py',
    'Poseur': 'poseur/td-reg_poseur-mobilenetv2_1xb32-30e_lsp-128x96.py',
    'TFPose': 'tfpose/td-reg_tfpose-mobilenetv2_1xb32-30e_lsp-128x96.py',
}
data = {
    'data/lsp': 'python tools/prepare_data.py lsp SRC data/lsp',
    'data/lspet': 'python tools/prepare_data.py lspet SRC data/lspet --scores SCORES',
}
samples = 180_000
seeds = [0, 1, 2]
metric = 'pck/PCK'
