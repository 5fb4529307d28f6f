"""Layers in plain PyTorch that the heads are made of."""

from .chunked_attention import dropout_attention
from .deformable_attention import DeformableAttention, init_deformable
from .dropout import Dropout
from .encoder import DeformableEncoder, Encoder
from .feature_levels import FeatureLevels
from .heatmap_peak import heatmap_peaks
from .initialization import init_matrices
from .kernel_sampling import has_kernel, sample_by_kernel
from .linear_layers import Linear, linear, plain_linear
from .plain_sampling import sample_copies, sampled_by
from .position import LearnablePosition, sine_position
from .precision import at_least_float32, full_precision
from .query_decoder import QueryDecoderLayer
from .recording import Inspectable, record_attention
from .sampling import Sampler, Shapes, sample_levels
from .self_attention import SelfAttention
from .symmetric_integral import SymmetricIntegral, integral

__all__ = [
    'DeformableAttention',
    'DeformableEncoder',
    'Dropout',
    'Encoder',
    'FeatureLevels',
    'Inspectable',
    'LearnablePosition',
    'Linear',
    'QueryDecoderLayer',
    'Sampler',
    'SelfAttention',
    'Shapes',
    'SymmetricIntegral',
    'at_least_float32',
    'dropout_attention',
    'full_precision',
    'has_kernel',
    'heatmap_peaks',
    'init_deformable',
    'init_matrices',
    'integral',
    'linear',
    'plain_linear',
    'record_attention',
    'sample_by_kernel',
    'sample_copies',
    'sample_levels',
    'sampled_by',
    'sine_position',
]
