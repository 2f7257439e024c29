// A call at the simulated switch: a customer calls, an agent asks a colleague and transfers the customer, who is talking then.
import { eventually } from '../../tests/support/gateway.mjs';

// Rings at the first agent's. Once the gateway watches the devices: what nobody watches is not told.
export async function ring(aes, point) {
  await eventually(() => aes.monitors.all.size >= aes.sw.devices.size - aes.sw.layout.recorders.length, 'the telephone is watched', 30_000);
  const call = aes.calls.inbound({ vdn: '7100', ani: point.replace(/^tel:\+/, ''), digits: '5512#' });
  aes.calls.queue(call, '7200', 2);
  aes.calls.alert(call, '5001');
  return call;
}

export function transferred(aes, call) {
  aes.calls.answer(call, '5001');
  const second = aes.calls.consult(call, '5001', { to: '5002' });
  aes.calls.answer(second, '5002');
  aes.calls.transfer(call, second, '5001');
}
