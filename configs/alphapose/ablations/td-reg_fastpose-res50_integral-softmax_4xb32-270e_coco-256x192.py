_base_ = '../td-reg_fastpose-res50_sikr_4xb32-270e_coco-256x192.py'

# model settings: the plain integral's gradient, one-step normalisation
model = dict(head=dict(normalization='softmax', symmetric=False))
