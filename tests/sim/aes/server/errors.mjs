// Errors (avaya.md 2.10).
import { a, c } from '../protocol/names.mjs';

export const failure = (category, value) => c('CSTAErrorCode', [c(category, value)]);

export const exception = (category, value, message) => a('CSTAException', [
  a('exceptionClass', 'ch.ecma.csta.errors.OperationException'), a('message', message), failure(category, value)]);
