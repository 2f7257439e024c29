// XML as far as this protocol needs it: a reader that resolves namespaces and a writer that varies how they are written.
// An element read is {name, ns, prefix, unbound, attributes, children, text}; one to be written is made by `node`.

const ENTITIES = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const TOKEN = /<\?[^]*?\?>|<!--[^]*?-->|<!\[CDATA\[([^]*?)\]\]>|<\/([^\s>]+)\s*>|<([^\s\/>!?]+)((?:\s+[^\s=<>"']+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/gy;
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

function unescape(text) {
  return text.replace(/&(#x[0-9a-fA-F]+|#\d+|\w+);?/g, (whole, name) => {
    if (name.startsWith('#x')) return String.fromCodePoint(parseInt(name.slice(2), 16));
    if (name.startsWith('#')) return String.fromCodePoint(parseInt(name.slice(1), 10));
    if (ENTITIES[name] === undefined || !whole.endsWith(';')) throw new SyntaxError(`entity ${whole}`);
    return ENTITIES[name];
  });
}

const split = (qualified) => {
  const colon = qualified.indexOf(':');
  return colon < 0 ? ['', qualified] : [qualified.slice(0, colon), qualified.slice(colon + 1)];
};

function open(qualified, attributeText, scope) {
  const attributes = {};
  let inner = scope;
  for (const [, name, double, single] of attributeText.matchAll(ATTRIBUTE)) {
    const value = unescape(double ?? single);
    if (name === 'xmlns' || name.startsWith('xmlns:')) {
      if (inner === scope) inner = { ...scope };
      inner[name === 'xmlns' ? '' : name.slice(6)] = value;
    } else {
      if (attributes[name] !== undefined) throw new SyntaxError(`attribute ${name} twice`);
      attributes[name] = value;
    }
  }
  const [prefix, name] = split(qualified);
  const unbound = prefix !== '' && inner[prefix] === undefined;
  return { name, prefix, ns: inner[prefix] ?? '', unbound, attributes, children: [], text: '', scope: inner };
}

// The document element. Throws SyntaxError when the text is not well-formed; a prefix that is bound nowhere is no error
// here, for a client exists that sends one and is answered (2.3).
export function parse(text) {
  const root = { children: [], text: '', scope: { '': '', xml: 'http://www.w3.org/XML/1998/namespace' } };
  const stack = [root];
  TOKEN.lastIndex = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (let at = TOKEN.lastIndex; at < text.length; at = TOKEN.lastIndex) {
    const found = TOKEN.exec(text);
    if (!found) throw new SyntaxError(`not XML at character ${at}`);
    const [, cdata, closing, opening, attributes, empty, characters] = found;
    const top = stack[stack.length - 1];
    if (cdata !== undefined) top.text += cdata;
    else if (characters !== undefined) top.text += unescape(characters);
    else if (closing !== undefined) {
      if (stack.length === 1 || closing !== top.qualified) throw new SyntaxError(`</${closing}> at character ${at}`);
      stack.pop();
    } else if (opening !== undefined) {
      const element = open(opening, attributes, top.scope);
      element.qualified = opening;
      top.children.push(element);
      if (!empty) stack.push(element);
    }
  }
  if (stack.length !== 1) throw new SyntaxError(`<${stack[stack.length - 1].qualified}> is not closed`);
  if (root.children.length !== 1 || root.text.trim() !== '') throw new SyntaxError('not one document element');
  return root.children[0];
}

export const child = (element, name) => element?.children.find((one) => one.name === name);
export const textOf = (element, ...path) => path.reduce((at, name) => child(at, name), element)?.text.trim();

// --- writing ------------------------------------------------------------------------------------------------------------

// `content`: text, a list of nodes (what is not a node is left out), or nothing for an empty element.
export const node = (ns, name, content, attributes) => ({ ns, name, content, attributes });

const escape = (text) => String(text).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

// The ways of writing that 2.3 tells a reader to expect. `prefixes` gives namespaces that are written with a prefix;
// every other one becomes the default namespace where it begins.
export const STYLES = [
  { name: 'plain', declaration: true, prefixes: { 'http://www.avaya.com/csta': 'ns1' }, types: true },
  { name: 'defaults', declaration: true, prefixes: {}, types: false },
  { name: 'prefixed', declaration: false, prefixes: { 'http://www.ecma-international.org/standards/ecma-323/csta/ed3': 'csta', 'http://www.avaya.com/csta': 'a' }, types: true },
  { name: 'indented', declaration: true, prefixes: { 'http://www.avaya.com/csta': 'tns' }, types: false, indent: true },
];

function write(element, style, scope, depth) {
  const prefix = style.prefixes[element.ns];
  const name = prefix ? `${prefix}:${element.name}` : element.name;
  let declared = '';
  let inner = scope;
  if (prefix ? scope[prefix] !== element.ns : scope[''] !== element.ns) {
    declared = prefix ? ` xmlns:${prefix}="${element.ns}"` : ` xmlns="${element.ns}"`;
    inner = { ...scope, [prefix ?? '']: element.ns };
  }
  for (const [key, value] of Object.entries(element.attributes ?? {})) {
    if (key !== 'type') declared += ` ${key}="${escape(value)}"`;
    else if (style.types) declared += ` xmlns:xsi="${XSI}" xsi:type="${prefix ? `${prefix}:` : ''}${value}"`;
  }
  const { content } = element;
  if (content === undefined || content === null || content.length === 0) return `<${name}${declared}/>`;
  if (!Array.isArray(content)) return `<${name}${declared}>${escape(content)}</${name}>`;
  const pad = style.indent ? `\n${'  '.repeat(depth + 1)}` : '';
  const body = content.map((one) => (one ? pad + write(one, style, inner, depth + 1) : '')).join('');
  return body === '' ? `<${name}${declared}/>` : `<${name}${declared}>${body}${style.indent ? `\n${'  '.repeat(depth)}` : ''}</${name}>`;
}

export function serialize(element, style = STYLES[0]) {
  return (style.declaration ? '<?xml version="1.0" encoding="UTF-8"?>' : '') + write(element, style, {}, 0);
}
