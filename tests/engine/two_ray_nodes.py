"""Two Ray nodes of one processor each on this machine: prints their address, and ends when its input does."""

from __future__ import annotations

import os
import sys
import warnings

os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_memory_monitor_refresh_ms="0", RAY_DISABLE_IMPORT_WARNING="1")
warnings.simplefilter("ignore")

from ray.cluster_utils import Cluster  # noqa: E402 (after the settings above)

SMALL = {"num_cpus": 1, "object_store_memory": 80 * 2**20}


def main() -> None:
    cluster = Cluster(initialize_head=True, head_node_args={**SMALL, "include_dashboard": False})
    try:
        cluster.add_node(**SMALL)
        cluster.wait_for_nodes()
        sys.stdout.write(f"{cluster.address}\n")
        sys.stdout.flush()
        sys.stdin.read()
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    main()
