// A day at an imaginary parcel service: who writes what, by which vendor, in the order of the clock.
import { jivo, messenger, telegram, twilio, viber, whatsapp, whatsappMessage, whatsappStatus } from './vendors.mjs';

export const ANNA = 'tel:+79161234501';
export const ANNA_MAIL = 'mailto:anna.ilina@post.test';
export const MAILBOX = 'support@parcel.test';
// WhatsApp 3, Telegram 4, SMS, letter and answer, the call.
export const ANNA_ITEMS = 11;

const before = (now, hoursAgo) => new Date(now.getTime() - hoursAgo * 3600_000);

export function day(environment, now = new Date()) {
  const secrets = {
    twilio: environment.TWILIO_AUTH_TOKEN, telegram: environment.TELEGRAM_SECRET, meta: environment.META_APP_SECRET,
    viber: environment.VIBER_AUTH_TOKEN, jivo: environment.JIVO_URL_TOKEN,
  };
  const at = (hoursAgo) => before(now, hoursAgo);
  const seconds = (hoursAgo) => Math.floor(at(hoursAgo).getTime() / 1000);
  const millis = (hoursAgo) => at(hoursAgo).getTime();

  const anna = { id: 510033, is_bot: false, first_name: 'Анна', last_name: 'Ильина', username: 'anna_ilina', language_code: 'ru' };
  const annaChat = { id: 510033, first_name: 'Анна', type: 'private' };
  const telegramMessage = (number, hoursAgo, content) => telegram(secrets.telegram, {
    update_id: 7100 + number,
    message: { message_id: number, from: anna, chat: annaChat, date: seconds(hoursAgo), ...content },
  });
  const annaWrites = (hoursAgo, id, content) => whatsappMessage(secrets.meta, {
    from: '79161234501', name: 'Анна', at: at(hoursAgo), id, ...content,
  });
  const page = { id: '209144115' };
  const boris = { id: '6148029911' };
  // The mail address is what Anna once typed into the chat of the site: nobody vouches for it.
  const annaCard = { number: 7741, name: 'Анна Ильина', phone: '79161234501', email: 'anna.ilina@post.test', chats_count: 1 };
  const annaCalls = (status, more) => jivo(secrets.jivo, {
    event_name: 'call_event', widget_id: 'QpW3kz', chat_id: 88120, visitor: annaCard, agent: { id: 17, name: 'Вера' },
    call: { type: 'incoming', phone: '+79161234501', status, ...more },
  });
  const olegViber = { id: 'bGV2aXRhbjEyMw==', name: 'Олег', language: 'ru', country: 'RU', api_version: 10 };

  return [
    // Anna asks by WhatsApp, sends a picture; a colleague answers from the phone app; the answer is read.
    annaWrites(9.2, 'wamid.demo.1', { type: 'text', text: { body: 'Здравствуйте! Посылка 5512 должна была прийти вчера.' } }),
    annaWrites(9.15, 'wamid.demo.2', { type: 'image', image: { id: '1479537139650973', mime_type: 'image/jpeg', sha256: 'TsPZ2R6m1FvN0Rk=', caption: 'Вот квитанция' } }),
    whatsapp(secrets.meta, { message_echoes: [{ from: '74950000101', to: '79161234501', id: 'wamid.demo.3', timestamp: String(seconds(9.0)), type: 'text', text: { body: 'Анна, посылка на сортировке, будет сегодня до 18:00.' } }] }, 'smb_message_echoes'),
    whatsappStatus(secrets.meta, { id: 'wamid.demo.3', to: '79161234501', status: 'delivered', at: at(8.99) }),
    whatsappStatus(secrets.meta, { id: 'wamid.demo.3', to: '79161234501', status: 'read', at: at(8.95) }),

    // Boris writes to the page; the page answers; a watermark says that he has read it.
    messenger(secrets.meta, [{ sender: boris, recipient: page, timestamp: millis(8), message: { mid: 'm_demo_1', text: 'Do you deliver to Tver on Sundays?' } }]),
    messenger(secrets.meta, [{ sender: page, recipient: boris, timestamp: millis(7.9), message: { mid: 'm_demo_2', is_echo: true, app_id: 1517776481860111, text: 'Yes, 10:00 to 16:00.' } }]),
    messenger(secrets.meta, [{ sender: boris, recipient: page, timestamp: millis(7.8), read: { watermark: millis(7.8) } }]),

    // Anna goes on in Telegram and shares her number there: from now on both are one customer.
    telegramMessage(31, 4.2, { text: '/start parcel5512', entities: [{ type: 'bot_command', offset: 0, length: 6 }] }),
    telegramMessage(32, 4.15, { contact: { phone_number: '79161234501', first_name: 'Анна', user_id: 510033 } }),
    telegramMessage(33, 4.1, { text: 'Можно ли забрать посылку самой?' }),
    telegram(secrets.telegram, { update_id: 7134, edited_message: { message_id: 33, from: anna, chat: annaChat, date: seconds(4.1), edit_date: seconds(4.05), text: 'Можно ли забрать посылку 5512 самой?' } }),
    telegramMessage(34, 4.0, { location: { latitude: 55.7512, longitude: 37.6184 } }),

    // Oleg subscribes in Viber and writes; a token of 64 bits, larger than a double can hold.
    viber(secrets.viber, `{"event":"subscribed","timestamp":${millis(3)},"user":${JSON.stringify(olegViber)},"message_token":4912661846655238145}`),
    viber(secrets.viber, `{"event":"message","timestamp":${millis(2.9)},"message_token":4912661846655238147,"sender":${JSON.stringify(olegViber)},"message":{"type":"text","text":"Где мой заказ?"}}`),

    // Anna, from the car, by SMS.
    twilio(secrets.twilio, { MessageSid: 'SM8c1d0e52a7f24f17', From: '+79161234501', To: '+74950000100', Body: 'Спасибо, забрала. Анна', NumMedia: '0', SmsStatus: 'received' }),

    // And now she calls (Jivo tells no time of a call). Its card of her has the address that her letter came from.
    annaCalls('start'),
    annaCalls('agent_connected'),
    annaCalls('end', { record_url: 'https://jivo.example.test/records/88120.mp3' }),
  ];
}

// Anna's letter as the mail server gets it, and the answer that an agent wrote in a mail client.
export function letters(now = new Date()) {
  const date = (at) => at.toUTCString().replace('GMT', '+0000');
  const [written, answered] = [before(now, 2.5), before(now, 2.2)];
  const letter = `Received: from mx.post.test by mx.parcel.test with ESMTPS; ${date(written)}
From: =?utf-8?B?${base64('Анна Ильина')}?= <anna.ilina@post.test>
To: ${MAILBOX}
Date: ${date(written)}
Message-ID: <5512.1@post.test>
Subject: =?utf-8?B?${base64('Квитанция за посылку 5512')}?=
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Добрый день! Пришлите, пожалуйста, квитанцию за посылку 5512.

-- 
Анна Ильина
`;
  const text = `From: Parcel service <${MAILBOX}>
To: anna.ilina@post.test
Date: ${date(answered)}
Message-ID: <a.5512@parcel.test>
In-Reply-To: <5512.1@post.test>
References: <5512.1@post.test>
Subject: =?utf-8?B?${base64('Re: Квитанция за посылку 5512')}?=
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Анна, квитанция будет у вас сегодня. Вера

> Добрый день! Пришлите, пожалуйста, квитанцию за посылку 5512.
`;
  return { letter, answer: { text, at: answered } };
}

const base64 = (text) => Buffer.from(text).toString('base64');
