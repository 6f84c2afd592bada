"""Sending one mail by SMTP."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

from api.outbox.models import Mail

SECONDS = 15


def send(url: str, sender: str, mail: Mail) -> None:
    """Send by `smtp://` (STARTTLS where offered) or `smtps://`. Raises `OSError` or `smtplib.SMTPException`."""
    address = urlsplit(url)
    host = address.hostname or "localhost"
    connection: smtplib.SMTP
    if address.scheme == "smtps":
        connection = smtplib.SMTP_SSL(host, address.port or 465, timeout=SECONDS, context=ssl.create_default_context())
    else:
        connection = smtplib.SMTP(host, address.port or 587, timeout=SECONDS)
    with connection as server:
        server.ehlo_or_helo_if_needed()
        if address.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        if address.username:
            server.login(unquote(address.username), unquote(address.password or ""))
        server.send_message(_message(sender, mail))


def is_out_of_reach(error: OSError) -> bool:
    """Whether `send` failed for want of a connection, as it would for any other mail now; a server that refuses is there."""
    return not isinstance(error, smtplib.SMTPException) or isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPServerDisconnected)


def _message(sender: str, mail: Mail) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = formatdate(mail.created_at.timestamp())
    # The same at each try: whoever gets a mail twice, because the answer to the first was lost, can see that it is one.
    message["Message-ID"] = f"<{mail.id}@{sender.rpartition('@')[2].rstrip('>') or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message["Content-Language"] = mail.language  # after the content, which removes all Content-… headers
    return message
