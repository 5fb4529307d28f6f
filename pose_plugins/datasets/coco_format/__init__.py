"""The rules of files in COCO's format and of the descriptions that go with them: each is stated here and nowhere else."""
