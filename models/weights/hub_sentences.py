"""What is said when the Hub, the network or the disk does not give a file: a sentence each."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import httpx

from models.errors import StudioError
from models.weights.checkpoint import Checkpoint


class Unreachable(StudioError):
    """The Hub was not, or could not be asked."""


@contextmanager
def sentences(row: Checkpoint, endpoint: str) -> Iterator[None]:
    """Says in a sentence what the client or the disk has to complain of."""
    page = f"{endpoint}/{row.repository}"
    other = "choose another model, or download the file elsewhere and load it by its path."
    try:
        yield
    except OfflineModeIsEnabled as error:
        raise Unreachable(
            f"{row.title} is not on this machine, and HF_HUB_OFFLINE forbids to download it. Unset"
            " HF_HUB_OFFLINE once, or choose an embedded model."
        ) from error
    except GatedRepoError as error:
        raise StudioError(
            f"{row.title} is given only to those who accept its terms. Accept them at {page}, sign"
            " in here with `hf auth login` (or set HF_TOKEN), and load it again."
        ) from error
    except RepositoryNotFoundError as error:
        raise StudioError(
            f"The Hub shows no repository {row.repository}: it was withdrawn, renamed or made"
            f" private. If you have access, sign in with `hf auth login`; else {other}"
        ) from error
    except RevisionNotFoundError as error:
        raise StudioError(
            f"{row.repository} has no revision {row.revision} or no longer the commit that was"
            f" recorded: its history was rewritten. Look at {page}; else {other}"
        ) from error
    except RemoteEntryNotFoundError as error:
        raise StudioError(
            f"{row.repository} no longer has the file {row.file}. Look at {page}; else {other}"
        ) from error
    except HfHubHTTPError as error:
        raise StudioError(_status(row, error.response.status_code, page)) from error
    except httpx.TransportError as error:
        raise Unreachable(
            f"{row.title} is not on this machine, and there is no connection to {endpoint}"
            f" ({error}). Connect and try again, or choose an embedded model."
        ) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StudioError(
                f"The disk is full; {row.title} is not complete. Make room and load it again: the"
                " download continues where it stopped."
            ) from error
        raise StudioError(
            f"{row.title} cannot be stored ({error}). Make the folder writable, or set HF_HOME to"
            " one that is."
        ) from error


def _status(row: Checkpoint, status: int, page: str) -> str:
    """The sentence for an HTTP status that says no more than its number."""
    if status in (401, 403):
        return (
            f"The Hub refuses to give {row.title} (HTTP {status}). Your token may be wrong or"
            f" expired: sign in again with `hf auth login`, and look at {page}."
        )
    if status == 429:
        return f"The Hub is asked too often from here. Wait a few minutes, then load {row.title}."
    if status >= 500:
        return f"The Hub is out of order (HTTP {status}). Try {row.title} again later."
    return f"The Hub did not give {row.title} (HTTP {status}). Look at {page}."
