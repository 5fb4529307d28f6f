_base_ = '../td-reg_fastpose-res50_sikr_8xb32-270e_coco-256x192.py'

# model settings: one-step normalisation
model = dict(head=dict(normalization='softmax'))
