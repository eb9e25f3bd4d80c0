// autobahn-js against the router: `node autobahn.mjs URL SERIALIZER`.
import { assert, Inbox, main, realm, rejection, serializer, test, values } from './harness.mjs';
import { autobahn, echo, join, listen } from './autobahn_session.mjs';

const publish = (session, topic, args, options, kwargs) =>
    session.publish(topic, args, kwargs, { acknowledge: true, ...options });

test('joins and is told who it is', async (afterwards) => {
    const { id, welcome } = await join(afterwards);
    assert.ok(Number.isSafeInteger(id) && id >= 1, `session id ${id}`);
    assert.equal(welcome.realm, realm);
    for (const key of ['authid', 'authrole', 'authmethod', 'authprovider']) {
        assert.equal(typeof welcome[key], 'string', key);
    }
    assert.deepEqual(Object.keys(welcome.roles).sort(), ['broker', 'dealer']);
    assert.equal(welcome.roles.broker.features.pattern_based_subscription, true);
    assert.equal(welcome.roles.dealer.features.shared_registration, true);
});

test('is refused a realm that is not there', async (afterwards) => {
    const { details } = await rejection(join(afterwards, { realm: 'com.callboard.nowhere' }));
    assert.equal(details.reason, 'wamp.error.no_such_realm');
});

test('subscribes and publishes', async (afterwards) => {
    const [alice, bob] = [await join(afterwards), await join(afterwards)];
    const inbox = await listen(alice, 'com.interop.plain');
    const { id } = await publish(bob, 'com.interop.plain', [1, 'two'], {}, { three: 3 });
    const event = await inbox.next();
    assert.deepEqual(event.args, [1, 'two']);
    assert.deepEqual(event.kwargs, { three: 3 });
    assert.equal(event.details.publication, id);
    assert.equal(event.details.publisher, undefined);
});

test('gets events without payload', async (afterwards) => {
    const [alice, bob] = [await join(afterwards), await join(afterwards)];
    const inbox = await listen(alice, 'com.interop.empty');
    bob.publish('com.interop.empty');
    bob.publish('com.interop.empty', undefined, { only: 'keywords' });
    assert.deepEqual((await inbox.next()).args, []);
    assert.deepEqual((await inbox.next()).kwargs, { only: 'keywords' });
});

test('does not hear itself unless it asks', async (afterwards) => {
    const alice = await join(afterwards);
    const inbox = await listen(alice, 'com.interop.me');
    await publish(alice, 'com.interop.me', ['unheard']);
    await publish(alice, 'com.interop.me', ['heard'], { exclude_me: false });
    assert.deepEqual((await inbox.next()).args, ['heard']);
});

test('names receivers', async (afterwards) => {
    const [alice, bob, carol] = [await join(afterwards), await join(afterwards), await join(afterwards)];
    const inboxes = [await listen(alice, 'com.interop.lists'), await listen(bob, 'com.interop.lists')];
    const send = (what, options) => publish(carol, 'com.interop.lists', [what], options);
    await send('alice', { eligible: [alice.id] });
    await send('bob', { exclude: [alice.id] });
    await send('nobody', { eligible: [] });
    await send('alice authid', { eligible_authid: [alice.welcome.authid] });
    await send('bob authid', { exclude_authid: [alice.welcome.authid] });
    await send('nobody', { exclude_authrole: [alice.welcome.authrole] });
    await send('both', { eligible_authrole: [alice.welcome.authrole] });
    const heard = async (inbox, n) => {
        const all = [];
        while (all.length < n) {
            all.push((await inbox.next()).args[0]);
        }
        return all;
    };
    assert.deepEqual(await heard(inboxes[0], 3), ['alice', 'alice authid', 'both']);
    assert.deepEqual(await heard(inboxes[1], 3), ['bob', 'bob authid', 'both']);
});

test('unsubscribes', async (afterwards) => {
    const [alice, bob] = [await join(afterwards), await join(afterwards)];
    const [gone, kept] = [await listen(alice, 'com.interop.gone'), await listen(alice, 'com.interop.kept')];
    await gone.subscription.unsubscribe();
    await publish(bob, 'com.interop.gone', ['unheard']);
    await publish(bob, 'com.interop.kept', ['heard']);
    assert.deepEqual((await kept.next()).args, ['heard']);
    assert.equal(gone.size, 0);
});

test('subscribes to patterns', async (afterwards) => {
    const [alice, bob] = [await join(afterwards), await join(afterwards)];
    const prefix = await listen(alice, 'com.interop.pat', { match: 'prefix' });
    const wildcard = await listen(alice, 'com.interop..temperature', { match: 'wildcard' });
    const exact = await listen(alice, 'com.interop.pattern.temperature');
    await publish(bob, 'com.interop.pattern.temperature', [21]);
    for (const inbox of [prefix, wildcard, exact]) {
        const event = await inbox.next();
        assert.deepEqual(event.args, [21]);
        assert.equal(event.details.topic, 'com.interop.pattern.temperature');
    }
    await publish(bob, 'com.interop.patterns', [22]);
    assert.deepEqual((await prefix.next()).args, [22]);
    assert.equal(wildcard.size + exact.size, 0);
});

test('calls with arguments, keywords, both and neither', async (afterwards) => {
    const [caller, callee] = [await join(afterwards), await join(afterwards)];
    await echo(callee, 'com.interop.echo');
    assert.equal(await caller.call('com.interop.echo'), null);
    assert.equal(await caller.call('com.interop.echo', ['one']), 'one');
    const both = await caller.call('com.interop.echo', [1, 2], { three: 3 });
    assert.deepEqual([both.args, both.kwargs], [[1, 2], { three: 3 }]);
    const keywords = await caller.call('com.interop.echo', undefined, { three: 3 });
    assert.deepEqual([keywords.args, keywords.kwargs], [[], { three: 3 }]);
});

test('gets every value back', async (afterwards) => {
    const [caller, callee] = [await join(afterwards), await join(afterwards)];
    await echo(callee, 'com.interop.values');
    for (const value of values) {
        assert.deepEqual(await caller.call('com.interop.values', [value]), value);
    }
    if (serializer !== 'json') {
        const bytes = await caller.call('com.interop.values', [Buffer.from([0, 1, 254, 255])]);
        assert.deepEqual([...bytes], [0, 1, 254, 255]);
    }
    const long = 'x'.repeat(1 << 20);
    assert.equal(await caller.call('com.interop.values', [long]), long);
});

test('gets the error of the callee with its payload', async (afterwards) => {
    const [caller, callee] = [await join(afterwards), await join(afterwards)];
    await callee.register('com.interop.fail', () => {
        throw new autobahn.Error('com.interop.error.paper', ['out of', 'paper'], { tray: 2 });
    });
    const error = await rejection(caller.call('com.interop.fail'));
    assert.equal(error.error, 'com.interop.error.paper');
    assert.deepEqual(error.args, ['out of', 'paper']);
    assert.deepEqual(error.kwargs, { tray: 2 });
});

test('is told what cannot be done', async (afterwards) => {
    const [alice, bob] = [await join(afterwards), await join(afterwards)];
    await echo(alice, 'com.interop.taken');
    const refused = async (promise) => (await rejection(promise)).error;
    assert.equal(await refused(bob.call('com.interop.nothing')), 'wamp.error.no_such_procedure');
    assert.equal(await refused(echo(bob, 'com.interop.taken')), 'wamp.error.procedure_already_exists');
    assert.equal(await refused(bob.subscribe('com..interop', () => {})), 'wamp.error.invalid_uri');
    assert.equal(await refused(echo(bob, 'wamp.interop')), 'wamp.error.invalid_uri');
    assert.equal(await refused(publish(bob, 'wamp.interop', [])), 'wamp.error.invalid_uri');
    assert.equal(await bob.call('com.interop.taken', ['still here']), 'still here');
});

test('unregisters', async (afterwards) => {
    const [caller, callee] = [await join(afterwards), await join(afterwards)];
    const registration = await echo(callee, 'com.interop.unregister');
    assert.equal(await caller.call('com.interop.unregister', [1]), 1);
    await registration.unregister();
    assert.equal((await rejection(caller.call('com.interop.unregister'))).error, 'wamp.error.no_such_procedure');
});

test('registers patterns; the most exact one is called', async (afterwards) => {
    const [caller, callee] = [await join(afterwards), await join(afterwards)];
    const offer = (uri, match) =>
        callee.register(uri, (args, kwargs, details) => [match, details.procedure], { match });
    await offer('com.interop.match', 'prefix');
    await offer('com.interop.match.deep', 'prefix');
    await offer('com.interop..here', 'wildcard');
    await offer('com.interop.match.exactly', 'exact');
    for (const [uri, match] of [
        ['com.interop.match.exactly', 'exact'],
        ['com.interop.match.here', 'prefix'],
        ['com.interop.match.deeper.still', 'prefix'],
        ['com.interop.other.here', 'wildcard'],
    ]) {
        assert.deepEqual(await caller.call(uri), [match, uri]);
    }
});

test('shares a registration', async (afterwards) => {
    const caller = await join(afterwards);
    const callees = [await join(afterwards), await join(afterwards), await join(afterwards)];
    const expected = { roundrobin: '012012', first: '000000', last: '222222' };
    for (const invoke of ['roundrobin', 'first', 'last', 'random']) {
        const uri = `com.interop.shared.${invoke}`;
        for (const [i, callee] of callees.entries()) {
            await callee.register(uri, () => i, { invoke });
        }
        let answered = '';
        for (let i = 0; i < 6; i++) {
            answered += await caller.call(uri);
        }
        assert.match(answered, new RegExp(`^${expected[invoke] ?? '[012]{6}'}$`), invoke);
    }
});

test('is disclosed only when it asks', async (afterwards) => {
    const [alice, bob] = [await join(afterwards), await join(afterwards)];
    const inbox = await listen(alice, 'com.interop.disclose');
    await alice.register('com.interop.caller', (args, kwargs, details) => details.caller ?? null);
    assert.equal(await bob.call('com.interop.caller'), null);
    assert.equal(await bob.call('com.interop.caller', [], {}, { disclose_me: true }), bob.id);
    await publish(bob, 'com.interop.disclose', []);
    await publish(bob, 'com.interop.disclose', [], { disclose_me: true });
    assert.equal((await inbox.next()).details.publisher, undefined);
    assert.equal((await inbox.next()).details.publisher, bob.id);
});

test('is caller and callee at once', async (afterwards) => {
    const alice = await join(afterwards);
    await echo(alice, 'com.interop.self');
    assert.equal(await alice.call('com.interop.self', ['mirror']), 'mirror');
});

test('is answered when the callee leaves', async (afterwards) => {
    const [caller, callee] = [await join(afterwards), await join(afterwards)];
    const called = new Inbox();
    await callee.register('com.interop.leaving', () => {
        called.push(true);
        return new Promise(() => {});
    });
    const answer = rejection(caller.call('com.interop.leaving'));
    await called.next();
    await callee.away();
    assert.equal((await answer).error, 'wamp.error.canceled');
    assert.equal((await rejection(caller.call('com.interop.leaving'))).error, 'wamp.error.no_such_procedure');
});

test('gets progressive results', async (afterwards) => {
    const [caller, callee] = [await join(afterwards), await join(afterwards)];
    await callee.register('com.interop.progress', ([upTo], kwargs, details) => {
        for (let i = 0; i < upTo; i++) {
            details.progress?.([i], { of: upTo });
        }
        return 'done';
    });
    const seen = [];
    const call = (options) => new Promise((resolve, reject) => {
        caller.call('com.interop.progress', [3], {}, options).then(resolve, reject, (part) => seen.push([part.args, part.kwargs]));
    });
    assert.equal(await call({ receive_progress: true }), 'done');
    assert.deepEqual(seen.splice(0), [[[0], { of: 3 }], [[1], { of: 3 }], [[2], { of: 3 }]]);
    assert.equal(await call({}), 'done');
    assert.deepEqual(seen, []);
});

test('cancels a call, and has its time limited', async (afterwards) => {
    const [caller, callee] = [await join(afterwards), await join(afterwards)];
    const answers = [];
    await callee.register('com.interop.slow', () => new Promise((resolve) => answers.push(resolve)));
    const canceled = caller.call('com.interop.slow');
    canceled.cancel({ mode: 'kill' });
    assert.equal((await rejection(canceled)).error, 'wamp.error.canceled');
    const late = caller.call('com.interop.slow', [], {}, { timeout: 50 });
    assert.equal((await rejection(late)).error, 'wamp.error.timeout');
    // What the callee says to them all the same reaches nobody.
    answers.forEach((answer) => answer('too late'));
    const open = caller.call('com.interop.slow', [], {}, { timeout: 60_000 });
    while (answers.length < 3) {
        await caller.call('wamp.session.count');
    }
    answers[2]('in time');
    assert.equal(await open, 'in time');
});

test('loses no call and no event, and keeps their order', async (afterwards) => {
    const [alice, bob] = [await join(afterwards), await join(afterwards)];
    const n = 500;
    const inbox = await listen(alice, 'com.interop.order');
    await echo(alice, 'com.interop.many');
    const calls = [];
    for (let i = 0; i < n; i++) {
        bob.publish('com.interop.order', [i]);
        calls.push(bob.call('com.interop.many', [i]));
    }
    const counted = [...Array(n).keys()];
    assert.deepEqual(await Promise.all(calls), counted);
    for (const i of counted) {
        assert.deepEqual((await inbox.next()).args, [i]);
    }
});

test('leaves, and joins again on the same transport', async (afterwards) => {
    const alice = await join(afterwards);
    const first = alice.id;
    const left = new Promise((resolve) => {
        alice.onleave = (reason) => resolve(reason);
    });
    alice.leave();
    assert.equal(await left, 'wamp.close.goodbye_and_out');
    await new Promise((resolve) => {
        alice.onjoin = resolve;
        alice.join(realm);
    });
    assert.notEqual(alice.id, first);
    const inbox = await listen(alice, 'com.interop.again');
    await publish(alice, 'com.interop.again', ['back'], { exclude_me: false });
    assert.deepEqual((await inbox.next()).args, ['back']);
    alice.onleave = () => alice.connection.transport.close();
});

await main();
