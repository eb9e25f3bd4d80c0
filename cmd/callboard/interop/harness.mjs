// What the scripts beside this file share: they register tests, run them one
// after the other and print one line each, `ok NAME` or `not ok NAME: WHY`, and
// at the end `1..N`. interop_test.go makes Go tests of the lines.
//
//   node SCRIPT URL SERIALIZER
import assert from 'node:assert/strict';
import WebSocket from 'ws';

// Before version 22 Node has no WebSocket of its own.
globalThis.WebSocket ??= WebSocket;

export { assert, WebSocket };

export const [url, serializer] = process.argv.slice(2);
export const realm = process.env.CALLBOARD_INTEROP_REALM ?? 'realm1';

const patience = 10_000;
const tests = [];

/** Registers a test. `run` gets a function that takes what is to be done afterwards. */
export function test(name, run) {
    tests.push([name, run]);
}

/** Runs all tests and ends the process. */
export async function main() {
    process.on('unhandledRejection', (reason) => console.error('unhandled:', reason));
    for (const [name, run] of tests) {
        const afterwards = [];
        try {
            await within(patience, run((undo) => afterwards.push(undo)));
            console.log(`ok ${name}`);
        } catch (error) {
            console.log(`not ok ${name}: ${explain(error)}`);
        }
        for (const undo of afterwards.reverse()) {
            await within(2_000, undo()).catch((error) => console.error(name, 'afterwards:', error));
        }
    }
    console.log(`1..${tests.length}`);
    process.exit(0);
}

/** Settles as `promise` does, or fails after so many milliseconds. */
export function within(milliseconds, promise) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`nothing within ${milliseconds} ms`)), milliseconds);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function explain(error) {
    const text = error?.stack ?? JSON.stringify(error) ?? String(error);
    return `${error?.errorUri ?? ''} ${text}`.trim().split('\n').slice(0, 12).map((line) => line.trim()).join(' | ');
}

/** What arrived, in order, to be awaited one by one. */
export class Inbox {
    #items = [];
    #waiting = [];

    get size() {
        return this.#items.length;
    }

    push(item) {
        const waiter = this.#waiting.shift();
        if (waiter) {
            waiter(item);
        } else {
            this.#items.push(item);
        }
    }

    next() {
        if (this.#items.length > 0) {
            return Promise.resolve(this.#items.shift());
        }
        return new Promise((resolve) => this.#waiting.push(resolve));
    }
}

/** The error that a promise is rejected with; resolving is the failure. */
export async function rejection(promise) {
    let value;
    try {
        value = await promise;
    } catch (error) {
        return error;
    }
    assert.fail(`expected an error, got ${JSON.stringify(value)}`);
}

/** Values that every serializer can carry, and that must come back as they are. */
export const values = [
    0, 1, -1, 23, 24, 255, 256, -128, -129, 65535, 65536, 2147483647, -2147483648, 4294967295,
    0.5, -1.25, 1e100, true, false, null, '', 'callboard', 'Ünïcödé ☂ 日本語 🎭', 'quote " backslash \\ line \n nul \u0000 end',
    [], [[], [1, [2, [3]]]], { nested: { list: [1, { deep: null }], empty: {} } },
];
