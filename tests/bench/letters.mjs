// Letters for a mailbox of a benchmark, in sizes as they come: most are short answers with quotes, many carry HTML, some a
// file. The same number gives the same letter.
const KINDS = [
  { share: 0.70, write: (random) => plain(random, 1_000 + random() * 5_000) },
  { share: 0.20, write: (random) => alternative(random, 8_000 + random() * 24_000) },
  { share: 0.08, write: (random) => withFile(random, 30_000 + random() * 60_000) },
  { share: 0.02, write: (random) => withFile(random, 200_000 + random() * 250_000) },
];
const WORDS = 'the parcel invoice number was delivered yesterday please send again we have not received our order посылка счёт заказ доставка когда спасибо номер договора оплата вчера'.split(' ');

// Mulberry32: fast, and good enough to choose words.
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// Letter `number` to `mailbox`, written at `at`; every third answers the one before the last of its customer.
export function letter(number, mailbox, at) {
  const random = generator(number);
  const customer = number % 2_000;
  const earlier = number % 3 === 0 && number > 4_000 ? `In-Reply-To: <m${number - 4_000}@customer.test>\nReferences: <m${number - 4_000}@customer.test>\n` : '';
  let chosen = random();
  const kind = KINDS.find(({ share }) => (chosen -= share) < 0) ?? KINDS[0];
  const date = at.toUTCString().replace('GMT', '+0000');
  const head = `Received: from mx.customer.test by mx.example.test with ESMTPS; ${date}
From: Customer ${customer} <c${customer}@customer.test>
To: ${mailbox}
Date: ${date}
Message-ID: <m${number}@customer.test>
${earlier}Subject: ${sentence(random, 6)}
MIME-Version: 1.0
`;
  return (head + kind.write(random)).replaceAll('\n', '\r\n');
}

function sentence(random, words) {
  const said = Array.from({ length: words }, () => WORDS[Math.floor(random() * 12)]).join(' ');
  return said[0].toUpperCase() + said.slice(1);
}

function text(random, size) {
  const lines = [];
  for (let length = 0; length < size;) {
    const words = Array.from({ length: 11 }, () => WORDS[Math.floor(random() * WORDS.length)]).join(' ');
    lines.push(lines.length > 8 ? `> ${words}` : words);
    length += Buffer.byteLength(words) + 3;
  }
  return lines.join('\n');
}

const part = (type, body) => `Content-Type: ${type}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n${body}\n`;

function plain(random, size) {
  return part('text/plain', text(random, size));
}

function alternative(random, size) {
  const said = text(random, size / 3);
  const html = `<html><body>${said.split('\n').map((line) => `<p style="margin: 0 0 8px; font: 14px sans-serif">${line}</p>`).join('\n')}</body></html>`;
  return `Content-Type: multipart/alternative; boundary="=a"\n\n--=a\n${part('text/plain', said)}--=a\n${part('text/html', html)}--=a--\n`;
}

function withFile(random, size) {
  const bytes = Buffer.from(Array.from({ length: size * 3 / 4 }, () => random() * 256)).toString('base64').replace(/(.{76})/g, '$1\n');
  const file = `Content-Type: application/pdf; name="scan.pdf"\nContent-Disposition: attachment; filename="scan.pdf"\nContent-Transfer-Encoding: base64\n\n${bytes}\n`;
  return `Content-Type: multipart/mixed; boundary="=m"\n\n--=m\n${plain(random, 1_500)}--=m\n${file}--=m--\n`;
}
