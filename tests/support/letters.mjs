// Mails for tests of mailboxes, told apart by their number: what becomes of one is known from the number alone.
import { createHash } from 'node:crypto';

export const messageId = (number) => `<m${number}@mail.test>`;
export const text = (number) => `mail ${number} ${createHash('sha256').update(String(number)).digest('hex')}`;
export const numberOf = (said) => Number(/^mail (\d+) /.exec(said ?? '')?.[1] ?? NaN);

// `at`: milliseconds; `owner`: whose copy this is, which servers note in its head; `file`: octets of an attachment.
export function letter(number, { from, to, cc, at, owner, file }) {
  const date = new Date(at).toUTCString().replace('GMT', '+0000');
  const head = `Return-Path: <bounces@mail.test>
Delivered-To: ${owner}
Received: from mx.mail.test by mx.example.test for <${owner}>; ${date}
From: ${from}
To: ${to}
${cc ? `Cc: ${cc}\n` : ''}Date: ${date}
Message-ID: ${messageId(number)}
Subject: Case ${number}
MIME-Version: 1.0
`;
  if (!file) return `${head}Content-Type: text/plain; charset=utf-8\n\n${text(number)}\n`;
  return `${head}Content-Type: multipart/mixed; boundary="=b"

--=b
Content-Type: text/plain; charset=utf-8

${text(number)}
--=b
Content-Type: application/octet-stream
Content-Disposition: attachment; filename="case.bin"
Content-Transfer-Encoding: base64

${file.toString('base64').replaceAll(/.{76}/g, '$&\n')}
--=b--
`;
}
