"""HTTP over aiohttp for the Telegram clients: cheaper than httpx, exact about what was certainly not sent.

python-telegram-bot's own transport costs thrice the CPU a call and reports a refused connection and an
answer that never came alike. The latter may have been a delivered message, the former never.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from bot.messengers.port import MessengerError, NotSent, OutcomeUnknown, Rejected

CONNECT_SECONDS = 15.0  # name look-up, TCP and TLS together
READ_SECONDS = 60.0  # Telegram may deliver and answer late; giving up sooner only makes more unknown outcomes
CHUNK = 64 * 1024

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_BEFORE_SENDING = (
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientConnectorError,  # with its kin: DNS, TLS, certificate, proxy
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
)


def network_error(error: Exception) -> MessengerError:
    """Tell whether the request had left when the network failed; only the kind of failure is named."""
    kind = NotSent if isinstance(error, _BEFORE_SENDING) else OutcomeUnknown
    return kind(type(error).__name__)


class Transport:
    """One pool of kept-alive connections to a Bot API server.

    read_seconds: how long an answer may be silent, unless a call says otherwise.
    """

    def __init__(self, api_base: str, read_seconds: float = READ_SECONDS) -> None:
        self.read_seconds = read_seconds
        # A proxy from the environment leads abroad, not to our own machine.
        self._trust_env = urlsplit(api_base).hostname not in _LOOPBACK
        self._session: aiohttp.ClientSession | None = None

    def session(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=100, ttl_dns_cache=300),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=self._trust_env,
                headers={"User-Agent": "menxia"},
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def post(
        self,
        url: str,
        body: bytes | aiohttp.FormData,
        read_seconds: float | None = None,
        content_type: str | None = None,
    ) -> tuple[int, bytes]:
        """Give status and body. Raises NotSent or OutcomeUnknown."""
        timeout = self._timeout(read_seconds or self.read_seconds)
        headers = {"Content-Type": content_type} if content_type else None
        try:
            async with self.session().post(
                url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise network_error(error) from None

    async def download(self, location: str) -> AsyncIterator[bytes]:
        """Stream a URL, or a path where the Bot API server shares our disk."""
        if not location.startswith(("http://", "https://")):
            async for chunk in _read_in_chunks(Path(location)):
                yield chunk
            return
        timeout = self._timeout(self.read_seconds)
        try:
            async with self.session().get(location, timeout=timeout, allow_redirects=False) as response:
                if response.status >= 500:
                    raise OutcomeUnknown(f"download answered {response.status}")
                if response.status != 200:
                    raise Rejected(f"download answered {response.status}")
                async for chunk in response.content.iter_chunked(CHUNK):
                    yield chunk
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise network_error(error) from None

    @staticmethod
    def _timeout(read_seconds: float) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(connect=CONNECT_SECONDS, sock_read=read_seconds)


async def _read_in_chunks(path: Path) -> AsyncIterator[bytes]:
    try:
        file = await asyncio.to_thread(path.open, "rb")
    except OSError as error:
        raise Rejected(f"the Bot API server's file cannot be read: {type(error).__name__}") from None
    with file:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk


def outgoing_path(files: Path, relative: str) -> Path:
    """Give the path of a file of ours. Raises Rejected when it is missing or leads out of the data folder."""
    path = (files / relative).resolve()
    if not (path.is_relative_to(files.resolve()) and path.is_file()):
        raise Rejected("the file to send is not in the data folder")
    return path
