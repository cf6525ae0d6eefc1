"""What integrations remember beside the inbox and the outbox: one file per system."""

from integrations.models.medicingivare import Dispenser, DispenserEvent
from integrations.models.region import AwaitedReceipt
from integrations.models.state import SystemHour, SystemState

__all__ = ["AwaitedReceipt", "Dispenser", "DispenserEvent", "SystemHour", "SystemState"]
