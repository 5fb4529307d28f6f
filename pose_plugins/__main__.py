"""The package's tools by one command: ``pose-plugins predict photo.jpg --whole``, also as ``python -m pose_plugins``."""

import ast
import runpy
import sys
from pathlib import Path

from pose_plugins.utils.errors import InputError, one_line_errors, similar
from pose_plugins.utils.package import tools_dir

# name -> file of tools/ that it runs
COMMANDS = {
    'predict': 'predict',
    'train': 'train',
    'test': 'test',
    'export': 'export_onnx',
    'check-data': 'check_data',
    'prepare-data': 'prepare_data',
    'synthetic': 'make_synthetic_data',
    'describe': 'describe_keypoints',
    'convert': 'convert_checkpoint',
    'inspect': 'inspect_attention',
    'suite': 'run_suite',
    'demo': 'demo',
}


def main() -> None:
    """Run the tool that the first argument names with the others, as if its file had been called."""
    with one_line_errors():
        if len(sys.argv) < 2 or sys.argv[1] in ('-h', '--help'):
            print(overview())
            return
        command, *arguments = sys.argv[1:]
        if command not in COMMANDS:
            known = similar(command, COMMANDS) or f'; commands are {", ".join(COMMANDS)}'
            raise InputError(f'{command}: no such command{known}')
        path = tool(command)
        sys.argv = [str(path), *arguments]
        sys.path.insert(0, str(path.parent))  # as python does with a file's folder
        runpy.run_path(str(path), run_name='__main__')


def tool(command: str) -> Path:
    """The file that a command runs."""
    return tools_dir() / f'{COMMANDS[command]}.py'


def overview() -> str:
    """All commands: a line each, of the first line that its tool says of itself."""
    lines = ['usage: pose-plugins COMMAND [options]; pose-plugins COMMAND --help tells them', '']
    for command in COMMANDS:
        said = ast.get_docstring(ast.parse(tool(command).read_text())) or ''
        lines.append(f'  {command:12}  {said.splitlines()[0].split(": python tools/")[0].rstrip(".")}')
    return '\n'.join(lines)


if __name__ == '__main__':
    main()
