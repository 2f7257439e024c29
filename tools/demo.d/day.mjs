// A day at an imaginary parcel service: who writes what, by which vendor, in the order of the clock.
import { messenger, telegram, twilio, viber, whatsapp, whatsappMessage, whatsappStatus } from './vendors.mjs';

export const ANNA = '+79161234501';

export function day(secrets, now = new Date()) {
  const at = (hoursAgo) => new Date(now.getTime() - hoursAgo * 3600_000);
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
    twilio(secrets.twilio, { MessageSid: 'SM8c1d0e52a7f24f17', From: ANNA, To: '+74950000100', Body: 'Спасибо, забрала. Анна', NumMedia: '0', SmsStatus: 'received' }),
  ];
}
