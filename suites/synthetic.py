# Five methods on drawn people, some of them lying, crowded, hidden or badly photographed: no data is downloaded.
title = 'Five methods on drawn people'
about = (
    'The small networks of the demo learn from 5000 drawn people and are tested on 1000 others: four in ten do sport, '
    'sit or reach for something, some lie, they stand in front of each other and behind things, and the light may be poor.'
)
configs = {
    'HRNet': 'hrnet/td-hm_hrnet-w16_1xb32-7e_synthetic-128x96.py',
    'TransPose': 'transpose/td-hm_transpose-r-a3-small_1xb32-5e_synthetic-128x96.py',
    'AlphaPose': 'alphapose/td-reg_fastpose-res18-small_sikr_1xb32-7e_synthetic-128x96.py',
    'Poseur': 'poseur/td-reg_poseur-res18-small_1xb32-8e_synthetic-128x96.py',
    'TFPose': 'tfpose/td-reg_tfpose-res18-small_1xb32-5e_synthetic-128x96.py',
}
data = {
    'data/synthetic/medium': (
        'python tools/make_synthetic_data.py data/synthetic/medium --difficulty medium --people 5000 1000'
    )
}
options = {
    'train_dataloader.dataset.data_root': 'data/synthetic/medium/',
    'val_dataloader.dataset.data_root': 'data/synthetic/medium/',
    'test_dataloader.dataset.data_root': 'data/synthetic/medium/',
}
samples = 50_000
seeds = [0, 1, 2]
metric = 'coco/AP'
