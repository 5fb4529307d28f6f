# The published recipes on COCO, for a cluster: tools/run_suite.py coco --dry-run prints a command for each training and a
# Slurm array of them.
title = 'Five methods on COCO, by their published recipes'
about = (
    'Every method as its authors trained it, on as many GPUs as its config names, tested on the boxes of val2017 '
    'that a detector found.'
)
configs = {
    'HRNet-W32': 'hrnet/td-hm_hrnet-w32_4xb32-210e_coco-256x192.py',
    'HRNet-W48': 'hrnet/td-hm_hrnet-w48_4xb32-210e_coco-256x192.py',
    'TransPose-R-A4': 'transpose/td-hm_transpose-r-a4_1xb20-230e_coco-256x192.py',
    'TransPose-H-A6': 'transpose/td-hm_transpose-h-a6_4xb14-240e_coco-256x192.py',
    'AlphaPose, heatmaps': 'alphapose/td-hm_fastpose-res50_4xb32-270e_coco-256x192.py',
    'AlphaPose, DCN': 'alphapose/td-hm_fastpose-res50-dcn_4xb32-270e_coco-256x192.py',
    'AlphaPose, DCN and SIKR': 'alphapose/td-reg_fastpose-res50-dcn_sikr_4xb32-270e_coco-256x192.py',
    'Poseur, MobileNetV2': 'poseur/td-reg_poseur-mobilenetv2_8xb32-325e_coco-256x192.py',
    'Poseur, ResNet-50': 'poseur/td-reg_poseur-res50_8xb32-325e_coco-256x192.py',
    'Poseur, HRNet-W32': 'poseur/td-reg_poseur-hrnet-w32_8xb32-325e_coco-256x192.py',
    'TFPose, ResNet-50': 'tfpose/td-reg_tfpose-res50_8xb32-210e_coco-256x192.py',
}
data = {
    'data/coco/annotations': "COCO's official files, at the places that docs/data.md tells",
    'data/coco/val2017': "COCO's official files, at the places that docs/data.md tells",
}
seeds = [0]
metric = 'coco/AP'
published = [
    ['HRNet', 'W32, 256x192', 'COCO val2017', 'AP', '74.4', 'HRNet, table 1'],
    ['HRNet', 'W48, 256x192', 'COCO val2017', 'AP', '75.1', 'HRNet, table 1'],
    ['TransPose', 'R-A4, 256x192', 'COCO val2017', 'AP', '72.6', 'TransPose, table 2'],
    ['TransPose', 'H-A6, 256x192', 'COCO val2017', 'AP', '75.8', 'TransPose, table 2'],
    ['AlphaPose', 'FastPose-50', 'COCO val2017', 'AP', '72.0', "the authors' model zoo"],
    ['AlphaPose', 'FastPose-50, DCN', 'COCO val2017', 'AP', '72.8', "the authors' model zoo"],
    ['Poseur', 'MobileNetV2', 'COCO val2017', 'AP', '71.9', 'Poseur'],
    ['Poseur', 'ResNet-50', 'COCO val2017', 'AP', '75.5', 'Poseur'],
    ['Poseur', 'HRNet-W32', 'COCO val2017', 'AP', '76.8', 'Poseur'],
    ['TFPose', 'ResNet-50', 'COCO test-dev', 'AP', '72.2', 'TFPose'],
]
