"""Does the connection to home care planning work?"""

from integrations import configuration, health
from integrations.batches import folders
from integrations.hemtjanst.client import HomeCarePlanning


@health.check("hemtjanst")
def connection() -> str:
    """Looks into the mailbox, and into the folder where one is told, and takes nothing."""
    HomeCarePlanning().fetch(limit=1)
    told = configuration.of("hemtjanst")
    if not (told.text("folder") or told.text("sftp")):
        return "Hemtjänstens planering svarar."
    with folders.opened("hemtjanst") as folder:
        folder.entries()
    return "Hemtjänstens planering svarar, och katalogen går att läsa."
