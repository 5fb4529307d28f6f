_base_ = 'td-reg_fastpose-res50_sikr_8xb32-320e_halpe26-256x192.py'

# model settings: deformable convolutions in stages 2 to 4
model = dict(backbone=dict(dcn=dict(type='DCN', deform_groups=1), stage_with_dcn=(False, True, True, True)))
