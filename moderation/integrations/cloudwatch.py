"""Tell CloudWatch how full memory and disk are: AWS cannot see that from outside.

Alarms watch both, and that they keep coming: a silent worker is an alarm too.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import structlog

from moderation.integrations.aws import METADATA, post, this_server

MEMORY = Path("/proc/meminfo")

log = structlog.get_logger()


def send_use(namespace: str, data: Path, *, metadata: str = METADATA, address: str = "") -> bool:
    """Send the use of memory, and of the disk that holds `data`. Returns whether it was taken.

    A failure is logged and no more: the next minute sends anew, and the alarm counts the silence.
    """
    values = {
        "MemoryUsedPercent": memory_used(MEMORY.read_text()),
        "DiskUsedPercent": disk_used(data),
    }
    try:
        server = this_server(metadata)
        post(server, "monitoring", message(namespace, server.instance, values), address)
    except (OSError, ValueError, LookupError) as error:
        log.warning("metrics_not_sent", error=type(error).__name__)
        return False
    return True


def message(namespace: str, instance: str, values: dict[str, float]) -> dict[str, str]:
    """The form that CloudWatch's PutMetricData takes."""
    form = {"Action": "PutMetricData", "Version": "2010-08-01", "Namespace": namespace}
    for number, (name, value) in enumerate(values.items(), start=1):
        datum = f"MetricData.member.{number}"
        form |= {
            f"{datum}.MetricName": name,
            f"{datum}.Unit": "Percent",
            f"{datum}.Value": f"{value:.1f}",
            f"{datum}.Dimensions.member.1.Name": "InstanceId",
            f"{datum}.Dimensions.member.1.Value": instance,
        }
    return form


def memory_used(meminfo: str) -> float:
    """Percent of the memory that no process could have without taking it from another."""
    kilobytes = {name: int(size) for name, size in re.findall(r"^(\w+):\s+(\d+)", meminfo, re.M)}
    return 100 * (1 - kilobytes["MemAvailable"] / kilobytes["MemTotal"])


def disk_used(data: Path) -> float:
    """Percent of what Evenkeel's user could fill: what is kept back for root counts as used."""
    use = shutil.disk_usage(data)
    return 100 * (1 - use.free / (use.used + use.free))
