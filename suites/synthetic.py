# Five methods on drawn people in any position, crowded, hidden and badly photographed: no data is downloaded.
title = 'Five methods on drawn people who are hard to read'
about = (
    'The small networks of the demo learn from 5000 drawn people and are tested on 1000 others, who do sports, lie and '
    'sit, stand in front of each other and behind things, and are photographed in poor light.'
)
configs = {
    'HRNet': 'hrnet/td-hm_hrnet-w16_1xb32-7e_synthetic-128x96.py',
    'TransPose': 'transpose/td-hm_transpose-r-a3-small_1xb32-5e_synthetic-128x96.py',
    'AlphaPose': 'alphapose/td-reg_fastpose-res18-small_sikr_1xb32-7e_synthetic-128x96.py',
    'Poseur': 'poseur/td-reg_poseur-res18-small_1xb32-8e_synthetic-128x96.py',
    'TFPose': 'tfpose/td-reg_tfpose-res18-small_1xb32-5e_synthetic-128x96.py',
}
data = {
    'data/synthetic/hard': 'python tools/make_synthetic_data.py data/synthetic/hard --difficulty hard --people 5000 1000'
}
options = {
    'train_dataloader.dataset.data_root': 'data/synthetic/hard/',
    'val_dataloader.dataset.data_root': 'data/synthetic/hard/',
    'test_dataloader.dataset.data_root': 'data/synthetic/hard/',
}
samples = 50_000
seeds = [0, 1, 2]
metric = 'coco/AP'
