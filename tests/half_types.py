"""The types of half precision in which this torch computes on a CPU."""

import torch

HALF_TYPES = [torch.bfloat16, *([torch.float16] if hasattr(torch, 'get_autocast_dtype') else [])]  # from torch 2.4 on
