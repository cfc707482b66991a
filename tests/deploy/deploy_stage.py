"""What the parts of the run share: the project, the build that ships, and npm's packages."""

from pathlib import Path

from npm_modules import install_modules
from servers.peer import Process
from stage import Stage

PROJECT = Path(__file__).resolve().parent.parent.parent


class DeployStage(Stage):
    """A stage whose fleet, not yet started, has no hostile peers. `release` is where the telltale that ships was built."""

    def __init__(self, build: Path, release: Path, lab: Path, processes: list[Process]):
        super().__init__(build, lab, processes, is_hostile=False)
        self.project = PROJECT
        self.release = release

    def modules(self) -> Path:
        """A folder whose node_modules has what package.json names: a script that is put or linked there finds them."""
        return install_modules(Path(__file__).resolve().parent, self.build.parent / "npm-deploy")
