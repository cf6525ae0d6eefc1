"""What integrations remember beside the inbox and the outbox: one file per system."""

from integrations.models.batch import Batch, BatchContent, BatchState, Told
from integrations.models.ekonomi import InvoiceRun, VaccinationInvoice
from integrations.models.hemtjanst import HomeCareAbsence, HomeCareOrder, HomeCareVisit
from integrations.models.kolada import KeyFigure, KeyFigureMunicipality, KeyFigureValue
from integrations.models.medicingivare import Dispenser, DispenserEvent, DispenserVendor
from integrations.models.notis import Channel, Dispatch, DispatchReport, DispatchState, OptOut
from integrations.models.region import AwaitedReceipt
from integrations.models.sdk import SdkSent
from integrations.models.socialstyrelsen import StatisticsFile, StatisticsMonth, StatisticsRow
from integrations.models.state import SystemHour, SystemState

__all__ = [
    "AwaitedReceipt",
    "Batch",
    "BatchContent",
    "BatchState",
    "Channel",
    "Dispatch",
    "DispatchReport",
    "DispatchState",
    "Dispenser",
    "DispenserEvent",
    "DispenserVendor",
    "HomeCareAbsence",
    "HomeCareOrder",
    "HomeCareVisit",
    "InvoiceRun",
    "KeyFigure",
    "KeyFigureMunicipality",
    "KeyFigureValue",
    "OptOut",
    "SdkSent",
    "StatisticsFile",
    "StatisticsMonth",
    "StatisticsRow",
    "SystemHour",
    "SystemState",
    "Told",
    "VaccinationInvoice",
]
