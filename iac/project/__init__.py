"""What can be done with a directory of configuration and its database: `Project`."""

from iac.project.facade import Project
from iac.project.planning import PlanFailed, PlannedRun

__all__ = ["PlanFailed", "PlannedRun", "Project"]
