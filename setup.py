"""Build pose_plugins like an OpenMMLab package: configs, suites, tools and model-index.yml travel inside it as ``.mim``."""

import re
import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
MIM_CONTENT = ('configs', 'suites', 'tools', 'model-index.yml')


class BuildWithMim(build_py):
    """Add ``pose_plugins/.mim``: links into the repository in an editable install, copies in a wheel."""

    def run(self):
        super().run()
        if self.dry_run:
            return
        mim = (ROOT if self.editable_mode else Path(self.build_lib)) / 'pose_plugins/.mim'
        shutil.rmtree(mim, ignore_errors=True)
        mim.mkdir(parents=True)
        for name in MIM_CONTENT:
            if self.editable_mode:
                (mim / name).symlink_to(Path('../..') / name)
            elif (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, mim / name, ignore=shutil.ignore_patterns('__pycache__'))
            else:
                shutil.copy(ROOT / name, mim / name)


def read_requirements(name):
    """The lines of a file of requirements."""
    lines = (line.split('#')[0].strip() for line in (ROOT / name).read_text().splitlines())
    return [line for line in lines if line]


def read_version():
    """The version, without importing the package."""
    return re.search(r"__version__ = '(.+)'", (ROOT / 'pose_plugins/version.py').read_text())[1]


requirements = read_requirements('requirements.txt')
optional = read_requirements('requirements-optional.txt')
setup(
    name='pose_plugins',
    version=read_version(),
    description='HRNet, TransPose, AlphaPose, Poseur and TFPose as plugins for MMPose',
    long_description=(ROOT / 'README.md').read_text(),
    long_description_content_type='text/markdown',
    license='Apache-2.0',
    packages=find_packages(include=['pose_plugins', 'pose_plugins.*']),
    package_data={
        'pose_plugins': ['py.typed'],
        'pose_plugins.experiments': ['templates/*'],
        'pose_plugins.datasets': ['*.json'],
        'pose_plugins.checkpoints': ['packaged/*'],
    },
    entry_points={'console_scripts': ['pose-plugins = pose_plugins.__main__:main']},
    python_requires='>=3.10',  # up to 3.12 with mmcv 2.1, whose build ends there; its fork goes on
    # Nothing is pulled in: as in MMPose itself, torch and the mm packages are chosen by who installs them, and pip cannot
    # build all that they declare. `make env` and `mim install` read the ranges below; the package checks them on import.
    install_requires=[],
    extras_require={
        'mim': [line for line in requirements if line.startswith('mm')],
        'all': requirements,
        'timm': [line for line in optional if line.startswith(('timm', 'huggingface'))],
        'onnx': [line for line in optional if line.startswith('onnx')],
        'notebook': [line for line in optional if line in ('nbclient', 'ipykernel')],
    },
    cmdclass={'build_py': BuildWithMim},
    zip_safe=False,
)
