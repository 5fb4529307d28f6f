"""Turns data sets of official layouts that MMPose does not read into COCO's format."""

from .lsp import Prepared, prepare_lsp, prepare_lspet

__all__ = ['Prepared', 'prepare_lsp', 'prepare_lspet']
