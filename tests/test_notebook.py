"""The notebook runs from its first cell to its last, as somebody who has just installed the package runs it."""

import json
import re

import pytest
from conftest import ROOT

NOTEBOOK = ROOT / 'docs/first_pose.ipynb'


def test_it_is_stored_without_results_and_leads_somewhere():
    cells = json.loads(NOTEBOOK.read_text())['cells']
    assert not any(cell.get('outputs') or cell.get('execution_count') for cell in cells)
    text = ''.join(''.join(cell['source']) for cell in cells if cell['cell_type'] == 'markdown')
    assert all((NOTEBOOK.parent / page).is_file() for page in re.findall(r'\]\((.*?)\)', text))


@pytest.mark.slow
def test_it_runs(tmp_path):
    nbformat, nbclient = pytest.importorskip('nbformat'), pytest.importorskip('nbclient')
    pytest.importorskip('ipykernel')
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(
        notebook, timeout=1200, kernel_name='python3', resources=dict(metadata=dict(path=str(tmp_path)))
    ).execute()
    outputs = [output for cell in notebook.cells for output in cell.get('outputs', [])]
    text = ''.join(output.get('text', '') for output in outputs)
    pictures = [output for output in outputs if 'image/png' in output.get('data', {})]
    assert 'right_ankle' in text and 'skeleton: hinge - needle' in text and 'Epoch(val) [36]' in text
    assert len(pictures) == 4  # two people, compasses twice, what the network looks at
    distances = [float(value) for value in re.search(r'truth: \[(.*?)\]', text)[1].split()]
    assert len(distances) == 3 and max(distances) < 15  # pixels of 128
