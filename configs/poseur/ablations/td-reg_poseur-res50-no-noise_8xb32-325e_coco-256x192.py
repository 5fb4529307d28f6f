_base_ = '../td-reg_poseur-res50_8xb32-325e_coco-256x192.py'

# model settings: trained without noisy reference points
model = dict(head=dict(noise=None))
