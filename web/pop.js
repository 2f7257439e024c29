// Live updates, local times and "show older" in place. The page is complete without this file.
'use strict';

const page = document.body.dataset;
const history_ = document.getElementById('history');
const live = document.getElementById('live');
// The page's language, with the viewer's own way of writing it (en-GB, en-US) if they have one.
const language = navigator.languages.find((tag) => tag.split('-')[0] === document.documentElement.lang)
    ?? document.documentElement.lang;
const maxLimit = 500;
let limit = Number(page.limit);

// ---------------------------------------------------------------------------------------------------------------- time

const moment = {day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit'};
const thisYear = new Intl.DateTimeFormat(language, moment);
const otherYear = new Intl.DateTimeFormat(language, {...moment, year: 'numeric'});
const clock = new Intl.DateTimeFormat(language, {hour: '2-digit', minute: '2-digit'});

function whole(at) {
    return (at.getFullYear() === new Date().getFullYear() ? thisYear : otherYear).format(at);
}

// In a dialogue the day is said when it changes.
function localTimes(root) {
    for (const list of root.querySelectorAll('.messages')) {
        let day = '';
        for (const time of list.querySelectorAll('.meta time')) {
            const at = new Date(time.dateTime);
            const said = at.toDateString() === day;
            day = at.toDateString();
            time.textContent = said ? clock.format(at) : whole(at);
            time.title = whole(at);
        }
    }
    for (const time of root.querySelectorAll('time')) {
        if (!time.title) time.textContent = whole(new Date(time.dateTime));
    }
}

// ------------------------------------------------------------------------------------------------------------- refresh

let running = false;
let again = false;

function show(state, text) {
    live.hidden = false;
    live.dataset.state = state;
    if (live.textContent !== text) live.textContent = text;
    live.title = text;
}

function replaceHistory(html) {
    const fresh = new DOMParser().parseFromString(html, 'text/html').body;
    const open = [...history_.querySelectorAll('details[open]')].map((details) => details.id);
    // What had the focus keeps it: the link of that id, or the control inside the part of that id.
    const active = history_.contains(document.activeElement) ? document.activeElement : null;
    const [part, tag] = [active?.closest('[id]').id, active?.tagName];
    localTimes(fresh);
    history_.replaceChildren(...fresh.childNodes);
    for (const id of open) document.getElementById(id)?.setAttribute('open', '');
    const place = part && document.getElementById(part);
    if (place) (place.tagName === tag ? place : place.querySelector(tag))?.focus({preventScroll: true});
}

async function load() {
    try {
        const response = await fetch(`${page.history}&limit=${limit}`, {credentials: 'same-origin'});
        if (response.status === 401 || response.status === 403) end();
        if (response.ok) replaceHistory(await response.text());
        return response.ok;
    } catch {
        // The stream notices a lost connection by itself and refreshes when it is back.
        return false;
    }
}

// One at a time; what happens meanwhile is one more.
async function refresh() {
    if (running) {
        again = true;
        return;
    }
    running = true;
    do {
        again = false;
        if (await load()) announce();
    } while (again);
    running = false;
}

// Screen readers speak when the text changes, so it is emptied before it is said again.
function announce() {
    if (live.dataset.state !== 'live') return;
    live.textContent = '';
    setTimeout(() => live.dataset.state === 'live' && show('live', page.news), 50);
}

// Many changes in a moment are one refresh.
let timer = 0;
function refreshSoon() {
    if (timer) return;
    timer = setTimeout(() => {
        timer = 0;
        refresh();
    }, 150);
}

// ---------------------------------------------------------------------------------------------------------------- live

let source = null;
let lost = false;

function end() {
    source?.close();
    source = null;
    show('over', page.over);
}

function connect() {
    source = new EventSource(page.feed);
    source.addEventListener('open', () => {
        show('live', page.live);
        if (lost) refresh();
        lost = false;
    });
    source.addEventListener('changed', refreshSoon);
    source.addEventListener('error', () => {
        lost = true;
        show('lost', page.reconnecting);
        if (source && source.readyState === EventSource.CLOSED) {
            // Refused, not broken off: the fragment tells whether the session has ended.
            refresh().then(() => source && setTimeout(connect, 5000));
        }
    });
}

// --------------------------------------------------------------------------------------------------------------- older

document.addEventListener('click', (event) => {
    const link = event.target.closest('#older');
    if (!link || !page.feed || limit >= maxLimit || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    limit = Math.min(limit + 50, maxLimit);
    refresh();
});

localTimes(document);
if (page.feed && window.EventSource) connect();
