"""Can files be left for Socialstyrelsen?"""

from integrations import health
from integrations.batches import folders
from workflows.connectors import PermanentError


@health.check("socialstyrelsen")
def connection() -> str:
    """Looks into the folder; changes nothing."""
    if not folders.is_told("socialstyrelsen"):
        raise PermanentError("ingen_katalog", "Ingen katalog är angiven: ange folder eller sftp i integrations.toml.")
    with folders.opened("socialstyrelsen") as folder:
        folder.entries()
    return "Katalogen för filer till Socialstyrelsen går att läsa."
