// Generated from apps/api/openapi.json by packages/client/scripts/generate.mjs.

export interface paths {
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Alive
         * @description Needs no token.
         */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ready for requests
         * @description Needs no token.
         */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Prometheus metrics
         * @description Needs no token.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/team-keys/{teamKeyId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a team key
         * @description Needs the scope `admin`.
         */
        get: operations["getTeamKey"];
        /**
         * Add a team key, or replace it
         * @description Replacing a key keeps its rosters, backlog and budget: a rotation without downtime.
         *
         *     Needs the scope `admin`.
         */
        put: operations["putTeamKey"];
        post?: never;
        /**
         * Delete a team key that no roster uses
         * @description Needs the scope `admin`.
         */
        delete: operations["deleteTeamKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/team-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List team keys
         * @description Needs the scope `admin`.
         */
        get: operations["listTeamKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/team-keys/{teamKeyId}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try everything a team key is needed for
         * @description Changes nothing at Apple. A passed check lets a stopped lane go on.
         *
         *     Needs the scope `admin`.
         */
        post: operations["checkTeamKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/team-keys/{teamKeyId}/apps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the apps that a team key sees
         * @description Needs the scope `admin`.
         */
        get: operations["listApps"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/team-keys/{teamKeyId}/apps/{appId}/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the groups of an app
         * @description Needs the scope `admin`.
         */
        get: operations["listGroups"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/team-keys/{teamKeyId}/apps/{appId}/seats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the seats of an app
         * @description How many external testers the app has, at most a minute old; of each of its rosters who is in and who waits, and what is kept for it.
         *
         *     Needs the scope `admin`.
         */
        get: operations["getSeats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/team-keys/{teamKeyId}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop the lane: changes are recorded, nothing is carried out
         * @description Needs the scope `admin`.
         */
        post: operations["pauseTeamKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/team-keys/{teamKeyId}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let the lane go on
         * @description Needs the scope `admin`.
         */
        post: operations["resumeTeamKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{rosterId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a roster
         * @description Needs the scope `rosters:read`.
         */
        get: operations["getRoster"];
        /**
         * Create a roster, or change its rules
         * @description App and group are resolved through Apple, and cannot be changed later. Findings that do not stop it come as `warnings`.
         *
         *     Needs the scope `admin`.
         */
        put: operations["putRoster"];
        post?: never;
        /**
         * Delete a roster
         * @description Needs the scope `admin`.
         */
        delete: operations["deleteRoster"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List rosters
         * @description Needs the scope `rosters:read`.
         */
        get: operations["listRosters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{rosterId}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause a roster: changes are recorded, nothing is carried out
         * @description Needs the scope `rosters:write`.
         */
        post: operations["pauseRoster"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{rosterId}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume a roster
         * @description Needs the scope `rosters:write`.
         */
        post: operations["resumeRoster"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{rosterId}/builds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the builds of the roster's group
         * @description `usable`: external testers can install it right now. Apple is asked once a minute at most, whoever asks.
         *
         *     Needs the scope `rosters:read`.
         */
        get: operations["listBuilds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{rosterId}/idle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List who does not use the seat
         * @description By what is kept; Apple is not asked. Nobody is a candidate for a figure that is missing, more than 48 hours old, or from a listing that was not complete: `unknown` counts those, and `doubts` says why.
         *
         *     Needs the scope `rosters:read`.
         */
        get: operations["listIdle"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{rosterId}/idle/reclaim": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take the seats of idle testers back
         * @description A plan like any other: its guard may hold it for an approval. The testers leave the app; the members stay on the roster as `reclaimed`, until a newer `member.joined` or a restore. Does not wait for `graceDays`. Nobody who is protected, who is not a candidate by now, or whom another roster of the app wants is taken out.
         *
         *     Needs the scope `rosters:write`.
         */
        post: operations["reclaimIdle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{rosterId}/activity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read everything that happened on a roster
         * @description Newest first, over all people: events, lists, reconciliations with the group, what was asked for, what came of it, and changes of the settings. The last 30 days or 10,000 entries are kept. With a filter a page may be short, even empty, and still have a `nextCursor`: go on with it.
         *
         *     Needs the scope `rosters:read`.
         */
        get: operations["listRosterActivity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{rosterId}/apple-webhook": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Have Apple tell at once what becomes of the app's builds
         * @description Registers one webhook with Apple for the roster's app, or goes on with the one there is: one serves all rosters of an app. Needs `PUBLIC_URL`.
         *
         *     Needs the scope `rosters:write`.
         */
        put: operations["putAppleWebhook"];
        post?: never;
        /**
         * Take back the webhook registered with Apple for the roster's app
         * @description It stays while another roster of the app uses it.
         *
         *     Needs the scope `rosters:write`.
         */
        delete: operations["deleteAppleWebhook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{rosterId}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Converge every failed member again
         * @description Needs the scope `rosters:write`.
         */
        post: operations["retryRoster"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{rosterId}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List members
         * @description JSON by pages in the order of ids, `total` with every page; with `Accept: text/csv` every member that matches, in one file: the columns of a list first, then `status`, `device`, `osVersion`, `build` and `sessions`, which reading it back ignores.
         *
         *     Needs the scope `rosters:read`.
         */
        get: operations["listMembers"];
        /**
         * Make the roster equal to a whole list
         * @description Joins and changes are recorded at once. Removals too, unless the guard of the roster or of its team key holds them for an approval. A bad row is named by its number and kept out; nobody whom it names is removed.
         *
         *     Needs the scope `rosters:write`.
         */
        put: operations["putMembers"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{rosterId}/members/{memberId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a member
         * @description Needs the scope `rosters:read`.
         */
        get: operations["getMember"];
        /**
         * Put a member on the roster, or change one
         * @description The same as an event of now: what is absent stays as it is known, `null` clears it.
         *
         *     Needs the scope `rosters:write`.
         */
        put: operations["putMember"];
        post?: never;
        /**
         * Take a member off the roster
         * @description The same as a `member.left` event of now.
         *
         *     Needs the scope `rosters:write`.
         */
        delete: operations["deleteMember"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{rosterId}/members/{memberId}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a member's timeline
         * @description Event, decision, calls to Apple with their answers, outcome; newest first.
         *
         *     Needs the scope `rosters:read`.
         */
        get: operations["getMemberTimeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{rosterId}/members/{memberId}/converge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Converge a member now, ahead of the backlog
         * @description At most 10 a minute and member.
         *
         *     Needs the scope `rosters:write`.
         */
        post: operations["convergeMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{rosterId}/members/{memberId}/invitation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send Apple's invitation again
         * @description At most one a minute and ten a day for one member.
         *
         *     Needs the scope `rosters:write`.
         */
        post: operations["inviteMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{rosterId}/members/{memberId}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put a member back who is out
         * @description The same as a `member.joined` event of now with all that is known: undoes a removal, and gives back a seat that was taken back. Nothing happens to a member who is in, or on the way.
         *
         *     Needs the scope `rosters:write`.
         */
        post: operations["restoreMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{rosterId}/members/{memberId}/protect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Protect a member
         * @description Never reclaimed, and never removed by a list or a reading: only an event or an erasure removes. Plans say whom they left alone.
         *
         *     Needs the scope `rosters:write`.
         */
        post: operations["protectMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{rosterId}/members/{memberId}/unprotect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Protect a member no more
         * @description Lists, readings and reclaims treat the member as any other again.
         *
         *     Needs the scope `rosters:write`.
         */
        post: operations["unprotectMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{rosterId}/members/{memberId}/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a link to the member's own page
         * @description There the member gives or changes the address of their Apple Account, asks for the invitation again, or leaves. Links that were made before stay good.
         *
         *     Needs the scope `rosters:write`.
         */
        post: operations["makeMemberLink"];
        /**
         * Make every link to the member's own page void
         * @description Needs the scope `rosters:write`.
         */
        delete: operations["voidMemberLinks"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every roster a person is on
         * @description Of all rosters: a token that is bound to some may not ask.
         *
         *     Needs the scope `rosters:read`.
         */
        get: operations["listPeople"];
        put?: never;
        post?: never;
        /**
         * Erase a person
         * @description Out of every group, and then every trace but counts. A later event about the person makes a new member. `Location` names the erasure, which tells when it is complete.
         *
         *     Needs the scope `admin`.
         */
        delete: operations["erasePerson"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/erasures/{erasureId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read how far a person's erasure is
         * @description It knows no address. Kept for 400 days.
         *
         *     Needs the scope `admin`.
         */
        get: operations["getErasure"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{rosterId}/reconciliations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what whole lists and readings came to
         * @description Newest first.
         *
         *     Needs the scope `rosters:read`.
         */
        get: operations["listReconciliations"];
        put?: never;
        /**
         * Reconcile the roster with its whole group
         * @description What it says was read after it was asked for. One that waits already is joined (same id); one that is being read already is not, and a second one waits for it.
         *
         *     Needs the scope `rosters:write`.
         */
        post: operations["startReconciliation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{rosterId}/reconciliations/{reconciliationId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read what a whole list or a reading came to
         * @description Needs the scope `rosters:read`.
         */
        get: operations["getReconciliation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{rosterId}/reconciliations/{reconciliationId}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Carry out the very plan that was shown
         * @description Needs the scope `rosters:write`.
         */
        post: operations["approveReconciliation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{rosterId}/reconciliations/{reconciliationId}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Carry out nothing of a held plan
         * @description Needs the scope `rosters:write`.
         */
        post: operations["rejectReconciliation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List tokens
         * @description Needs the scope `admin`.
         */
        get: operations["listTokens"];
        put?: never;
        /**
         * Make a token
         * @description With scopes, and bound to some rosters or to all. A token bound to rosters sees and touches no other.
         *
         *     Needs the scope `admin`.
         */
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens/{tokenId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a token back
         * @description It is of no use from the next request on.
         *
         *     Needs the scope `admin`.
         */
        delete: operations["deleteToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/lanes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every lane, blocked and failing first
         * @description Needs the scope `admin`.
         */
        get: operations["listLanes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who changed what
         * @description Newest first, of 90 days; of one actor the newest 10,000. Ids only: never an address, a key or a token. With `Accept: text/csv` or `application/x-ndjson` everything, in one file.
         *
         *     Needs the scope `admin`.
         */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhookId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a webhook
         * @description Needs the scope `admin`.
         */
        get: operations["getWebhook"];
        /**
         * Make a webhook, or change it
         * @description The secret is told once, when it is made. A disabled webhook is active again afterwards.
         *
         *     Needs the scope `admin`.
         */
        put: operations["putWebhook"];
        post?: never;
        /**
         * Delete a webhook, with what was on its way to it
         * @description Needs the scope `admin`.
         */
        delete: operations["deleteWebhook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhooks
         * @description Needs the scope `admin`.
         */
        get: operations["listWebhooks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhookId}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get a new secret
         * @description For a day both secrets sign, so that a receiver can change over without losing anything.
         *
         *     Needs the scope `admin`.
         */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhookId}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a webhook.test
         * @description Needs the scope `admin`.
         */
        post: operations["testWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhookId}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List deliveries, newest first
         * @description Those that ended are kept for seven days, of each webhook at least the newest 1,000 of these.
         *
         *     Needs the scope `admin`.
         */
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhookId}/deliveries/{deliveryId}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a delivery once more, under the same webhook-id
         * @description Needs the scope `admin`.
         */
        post: operations["replayDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/notices/{noticeId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a notice
         * @description Needs the scope `admin`.
         */
        get: operations["getNotice"];
        /**
         * Make a notice, or change it
         * @description One message when something begins and one when it is over, with a link into the console. The first goes at once; what comes within a minute after it is one message with counts. Neither an address nor a name of a member is in it.
         *
         *     Needs the scope `admin`.
         */
        put: operations["putNotice"];
        post?: never;
        /**
         * Delete a notice, with what was on its way to it
         * @description Needs the scope `admin`.
         */
        delete: operations["deleteNotice"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/notices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List notices
         * @description Needs the scope `admin`.
         */
        get: operations["listNotices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/notices/{noticeId}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a message to see whether notices arrive
         * @description See `lastSent` and `lastError` of the notice for what came of it.
         *
         *     Needs the scope `admin`.
         */
        post: operations["testNotice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sources/{sourceId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a source
         * @description Needs the scope `admin`.
         */
        get: operations["getSource"];
        /**
         * Make a source, or change it
         * @description A membership system that posts its own webhooks. Paste the `url` of the answer there. A changed secret leaves the former one good for a day.
         *
         *     Needs the scope `admin`.
         */
        put: operations["putSource"];
        post?: never;
        /**
         * Delete a source
         * @description Its payloads are refused from now on. The members that it brought stay.
         *
         *     Needs the scope `admin`.
         */
        delete: operations["deleteSource"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List sources
         * @description Needs the scope `admin`.
         */
        get: operations["listSources"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sources/{sourceId}/received": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what a source received lately
         * @description The last 200 payloads, newest first, without their content.
         *
         *     Needs the scope `admin`.
         */
        get: operations["listReceivedPayloads"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/scim/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the groups that identity providers pushed, with the rosters that name them
         * @description A group does nothing until a roster names it (`scimGroup` in its settings).
         *
         *     Needs the scope `admin`.
         */
        get: operations["listPushedGroups"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/scim/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Say what a roster would do with the people of a group
         * @description As if `scimGroup` in the settings of the roster named this group from now on. Changes nothing.
         *
         *     Needs the scope `admin`.
         */
        get: operations["previewScimGroup"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Record membership events
         * @description One CloudEvents 1.0 event or a batch of up to 1,000; or one in binary mode, its attributes in `ce-*` headers and its `data` as the body. The same `source` and `id` for the same roster again has no second effect. A single event may carry `Idempotency-Key` instead of an id. A field of `member` that is absent stays as it is known, `null` clears it.
         *
         *     Needs the scope `events:write`.
         */
        post: operations["postEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/apple-webhooks/{registrationId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a delivery of App Store Connect
         * @description Signed by Apple: `x-apple-signature: hmacsha256=<64 hex>` over the raw body. A bad signature is 401, a repeat 200 without effect.
         *
         *     Needs no token.
         */
        post: operations["receiveAppleWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sources/{sourceId}/try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * See what a recorded payload would do
         * @description The payload as the membership system sent it. Nothing is recorded, and no signature is needed.
         *
         *     Needs the scope `admin`.
         */
        post: operations["tryPayload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sources/{sourceId}/receive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a payload of a membership system
         * @description Signed as that system signs. 200 once everything is recorded; anything else: it may be sent again, and has one effect.
         *
         *     Needs no token.
         */
        post: operations["receivePayload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scim/v2/ServiceProviderConfig": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What of SCIM is spoken
         * @description PATCH and filters; no bulk requests.
         *
         *     Needs the scope `scim`.
         */
        get: operations["getScimConfig"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scim/v2/ResourceTypes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the resource types of SCIM
         * @description As RFC 7643 has them.
         *
         *     Needs the scope `scim`.
         */
        get: operations["listScimResourceTypes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scim/v2/ResourceTypes/{scimName}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read one of the resource types of SCIM
         * @description As RFC 7643 has it.
         *
         *     Needs the scope `scim`.
         */
        get: operations["getScimResourceType"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scim/v2/Schemas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the schemas of SCIM
         * @description As RFC 7643 has them.
         *
         *     Needs the scope `scim`.
         */
        get: operations["listScimSchemas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scim/v2/Schemas/{scimName}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read one of the schemas of SCIM
         * @description As RFC 7643 has it.
         *
         *     Needs the scope `scim`.
         */
        get: operations["getScimSchema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scim/v2/Users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List users of the identity provider
         * @description A filter that finds nobody is answered with an empty list.
         *
         *     Needs the scope `scim`.
         */
        get: operations["listScimUsers"];
        put?: never;
        /**
         * Make a user
         * @description A member of the rosters of their groups. The id of the answer is the member id.
         *
         *     Needs the scope `scim`.
         */
        post: operations["createScimUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scim/v2/Users/{scimUserId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a user
         * @description Also one who is switched off; after a deletion it is 404.
         *
         *     Needs the scope `scim`.
         */
        get: operations["getScimUser"];
        /**
         * Replace a user
         * @description `active: false` leaves every roster.
         *
         *     Needs the scope `scim`.
         */
        put: operations["replaceScimUser"];
        post?: never;
        /**
         * Delete a user
         * @description Leaves every roster and group; 404 afterwards.
         *
         *     Needs the scope `scim`.
         */
        delete: operations["deleteScimUser"];
        options?: never;
        head?: never;
        /**
         * Change a user
         * @description In the ways of all common providers: with and without paths, dotted names, booleans as text.
         *
         *     Needs the scope `scim`.
         */
        patch: operations["patchScimUser"];
        trace?: never;
    };
    "/scim/v2/Groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List groups of the identity provider
         * @description `excludedAttributes=members` leaves the people out.
         *
         *     Needs the scope `scim`.
         */
        get: operations["listScimGroups"];
        put?: never;
        /**
         * Make a group
         * @description Kept, and does nothing until a roster names it (`scimGroup` in its settings).
         *
         *     Needs the scope `scim`.
         */
        post: operations["createScimGroup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scim/v2/Groups/{scimGroupId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a group
         * @description `excludedAttributes=members` leaves the people out.
         *
         *     Needs the scope `scim`.
         */
        get: operations["getScimGroup"];
        /**
         * Replace a group with its people
         * @description One that would take away more people than the guard of a roster allows is answered as done; they stay on the roster until a person approves.
         *
         *     Needs the scope `scim`.
         */
        put: operations["replaceScimGroup"];
        post?: never;
        /**
         * Delete a group
         * @description Counts as emptying it: people of a roster that names it stay there until a person approves.
         *
         *     Needs the scope `scim`.
         */
        delete: operations["deleteScimGroup"];
        options?: never;
        head?: never;
        /**
         * Change a group
         * @description Each person who comes or goes is an event of their own. Somebody whom nobody knows sinks nobody else. Answered with the group where `attributes` are asked for.
         *
         *     Needs the scope `scim`.
         */
        patch: operations["patchScimGroup"];
        trace?: never;
    };
}
export interface webhooks {
    "member.invited": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Apple has sent the invitation
         * @description Posted to your webhook, signed. Answer with any 2xx within 15 s; anything else is sent again.
         */
        post: operations["onMemberInvited"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "member.accepted": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The person accepted the invitation
         * @description Posted to your webhook, signed. Answer with any 2xx within 15 s; anything else is sent again.
         */
        post: operations["onMemberAccepted"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "member.installed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The person installed the app
         * @description Posted to your webhook, signed. Answer with any 2xx within 15 s; anything else is sent again.
         */
        post: operations["onMemberInstalled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "member.revoked": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The person stopped testing, or was removed at Apple
         * @description Posted to your webhook, signed. Answer with any 2xx within 15 s; anything else is sent again.
         */
        post: operations["onMemberRevoked"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "member.removed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The person is out of the group
         * @description Posted to your webhook, signed. Answer with any 2xx within 15 s; anything else is sent again.
         */
        post: operations["onMemberRemoved"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "member.failed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The person could not be added, and a person has to look
         * @description Posted to your webhook, signed. Answer with any 2xx within 15 s; anything else is sent again.
         */
        post: operations["onMemberFailed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "member.waiting": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The person waits for something that only others can give
         * @description Posted to your webhook, signed. Answer with any 2xx within 15 s; anything else is sent again.
         */
        post: operations["onMemberWaiting"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "member.idle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The seat is not used, and is taken back once the grace is over
         * @description Posted to your webhook, signed. Answer with any 2xx within 15 s; anything else is sent again.
         */
        post: operations["onMemberIdle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "member.reclaimed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The seat was taken back, because it was not used; the member stays on the roster
         * @description Posted to your webhook, signed. Answer with any 2xx within 15 s; anything else is sent again.
         */
        post: operations["onMemberReclaimed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "member.address_changed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The member gave another address, on their own page
         * @description Posted to your webhook, signed. Answer with any 2xx within 15 s; anything else is sent again.
         */
        post: operations["onMemberAddressChanged"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "build.available": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A build can be tested
         * @description Posted to your webhook, signed. Answer with any 2xx within 15 s; anything else is sent again.
         */
        post: operations["onBuildAvailable"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "build.expiring": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The last usable build expires in 14, 7 or 1 days
         * @description Posted to your webhook, signed. Answer with any 2xx within 15 s; anything else is sent again.
         */
        post: operations["onBuildExpiring"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "build.run_out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The last usable build has gone: nobody can install the app
         * @description Posted to your webhook, signed. Answer with any 2xx within 15 s; anything else is sent again.
         */
        post: operations["onBuildRunOut"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "roster.held": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Removals wait for an approval
         * @description Posted to your webhook, signed. Answer with any 2xx within 15 s; anything else is sent again.
         */
        post: operations["onRosterHeld"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "roster.blocked": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A roster stopped: only a person can mend it
         * @description Posted to your webhook, signed. Answer with any 2xx within 15 s; anything else is sent again.
         */
        post: operations["onRosterBlocked"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "roster.recovered": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A roster goes on, or its held plan was decided
         * @description Posted to your webhook, signed. Answer with any 2xx within 15 s; anything else is sent again.
         */
        post: operations["onRosterRecovered"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "team_key.rejected": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Apple refuses a team key
         * @description Posted to your webhook, signed. Answer with any 2xx within 15 s; anything else is sent again.
         */
        post: operations["onTeamKeyRejected"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "team_key.recovered": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A team key works again
         * @description Posted to your webhook, signed. Answer with any 2xx within 15 s; anything else is sent again.
         */
        post: operations["onTeamKeyRecovered"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "webhook.test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asked for by `testWebhook`
         * @description Posted to your webhook, signed. Answer with any 2xx within 15 s; anything else is sent again.
         */
        post: operations["onWebhookTest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        Problem: {
            type: string;
            title: string;
            status: number;
            code: string;
            detail: string;
            /** @description What to do */
            action: string;
            /** @description As in `x-request-id` of this answer and in our log */
            requestId: string;
            /** @description Every fault of the request, 100 at most */
            errors?: {
                /** @description JSON pointer into the body; /query/… and /path/… name the other parts of a request */
                pointer: string;
                code: string;
                detail: string;
            }[];
        };
        ScimError: {
            schemas: string[];
            status: string;
            scimType?: string;
            detail: string;
        } & {
            [key: string]: unknown;
        };
        ActivityItem: {
            /** @description RFC 3339, UTC */
            at: string;
            /** @enum {string} */
            kind: "event" | "list" | "reconcile" | "request" | "outcome" | "settings";
            /** @description null: it is about the roster as a whole */
            member: string | null;
            /** @description `token:3f…`, `user:ann`, `source:shop`, `member` (on their own page); null: Flightroster by itself */
            by: string | null;
            /** @description The member's status after an outcome */
            status: ("pending" | "waiting" | "not_invited" | "invited" | "accepted" | "installed" | "revoked" | "removed" | "failed" | "reclaimed") | null;
            problem: {
                code: string;
                detail: string;
                action: string;
            } | null;
            /** @description Calls to App Store Connect; one call may be for many members */
            calls: {
                method: string;
                path: string;
                /** @description null: no answer */
                status: number | null;
                durationMs: number | null;
            }[];
            /** @description As in `x-request-id` of the request's answer and in our log */
            requestId: string | null;
            /** @description The same in a sentence */
            text: string;
        };
        Build: {
            id: string;
            version: string | null;
            number: string;
            platform: string | null;
            processingState: string;
            externalState: string | null;
            uploadedAt: string | null;
            expiresAt: string | null;
            expired: boolean;
        };
        Budget: {
            limit: number | null;
            remaining: number | null;
            observedAt: string | null;
        };
        Delivery: {
            /** @description The webhook-id of every try */
            id: string;
            type: string;
            roster?: string;
            member?: string;
            teamKey?: string;
            /** @enum {string} */
            status: "pending" | "delivered" | "failed";
            /** @description Oldest first; the newest fifty */
            attempts: {
                /** @description RFC 3339, UTC */
                at: string;
                /** @description HTTP status; null where no answer came */
                status: number | null;
                durationMs: number;
                /** @description The first kilobyte of the answer; without one, what went wrong. Of older tries it may be no longer kept, and says so */
                answer: string;
            }[];
            /** @description null: it ended, is being tried, waits for an earlier one of its member, or the webhook is disabled */
            nextAttemptAt: string | null;
        };
        EventResult: {
            id: string | null;
            /** @enum {string} */
            status: "accepted" | "duplicate" | "stale" | "rejected";
            roster: string | null;
            member: string | null;
            problem: {
                code: string;
                detail: string;
                action: string;
            } | null;
        };
        EventResults: {
            accepted: number;
            duplicate: number;
            stale: number;
            rejected: number;
            /** @description In the order sent */
            events: components["schemas"]["EventResult"][];
        };
        Lane: {
            waiting: number;
            active: number;
            delayed: number;
            failed: number;
            paused: boolean;
            nextVisitAt: string | null;
            estimatedDoneAt: string | null;
        };
        Member: {
            id: string;
            email: string | null;
            firstName: string | null;
            lastName: string | null;
            /** @enum {string} */
            desired: "present" | "absent";
            /** @enum {string} */
            status: "pending" | "waiting" | "not_invited" | "invited" | "accepted" | "installed" | "revoked" | "removed" | "failed" | "reclaimed";
            /** @description What Apple last said; what it does not tell is left out */
            tester: {
                id: string | null;
                state: ("NOT_INVITED" | "INVITED" | "ACCEPTED" | "INSTALLED" | "REVOKED") | null;
                observedAt: string | null;
                /** @enum {string} */
                inviteType?: "EMAIL" | "PUBLIC_LINK";
                /** @description Where the app is installed */
                devices?: {
                    model: string | null;
                    platform: string | null;
                    osVersion: string | null;
                    build: string | null;
                }[];
                usage?: {
                    /** @description The time that is counted */
                    days: number;
                    sessions: number;
                    crashes: number;
                    feedback: number;
                    /** @description When it was read; Apple trails by up to a day */
                    measuredAt: string;
                };
            } | null;
            problem: {
                code: string;
                detail: string;
                action: string;
                retryable: boolean;
                /** @description RFC 3339, UTC */
                at: string;
            } | null;
            /** @description Why nothing happens right now, the outermost reason first; null: nothing is left to do, or `problem` says it */
            waitsFor: {
                /** @enum {string} */
                code: "lane_blocked" | "lane_paused" | "roster_blocked" | "roster_paused" | "roster_held" | "no_worker" | "budget" | "retry" | "quiet_time" | "backlog";
                /** @description A sentence; then since when, where that is known */
                detail: string;
                /** @description What to do; then who has to do it, where it does not go on by itself */
                action: string;
                /** @description When it ends, where that is known */
                until: string | null;
            } | null;
            /** @description Never reclaimed, and never removed by a list or a reading */
            protected: boolean;
            /** @description RFC 3339, UTC */
            updatedAt: string;
        };
        Notice: {
            id: string;
            /** @enum {string} */
            kind: "slack" | "teams" | "email";
            /** @description Masked: an incoming webhook is a secret */
            target: string;
            types: string[];
            rosters: string[] | null;
            /** @description When a message last went out */
            lastSent: string | null;
            /** @description Why the newest try failed; null: it did not */
            lastError: string | null;
            /** @description RFC 3339, UTC */
            createdAt: string;
            /** @description RFC 3339, UTC */
            updatedAt: string;
        };
        ReportedProblem: {
            code: string;
            detail: string;
            action: string;
            /** @description RFC 3339, UTC */
            at: string;
        };
        Reconciliation: {
            id: string;
            roster: string;
            /**
             * @description snapshot: of a whole list; reconcile: of a reading of the group; reclaim: of seats of idle testers
             * @enum {string}
             */
            kind: "snapshot" | "reconcile" | "reclaim";
            /** @enum {string} */
            status: "running" | "held" | "done" | "failed" | "rejected";
            dryRun: boolean;
            progress: {
                read: number;
                total: number | null;
                converged: number;
                toConverge: number;
            };
            plan: {
                add: number;
                update: number;
                remove: number;
                unchanged: number;
            };
            /** @description Members who leave by this plan; of a reclaim: whose testers leave the app, and who stay on the roster */
            removals: string[];
            /** @description Members who lose their address by this held plan: they leave the group and stay on the roster */
            cleared?: string[];
            /** @description Of a reclaim: why each of `removals` counts as idle, and since when */
            idle?: {
                id: string;
                /** @enum {string} */
                reason: "not_accepted" | "not_installed" | "no_session";
                /** @description RFC 3339, UTC */
                since: string;
            }[];
            /** @description Members whom it would have removed, but for this reason */
            kept?: {
                id: string;
                /** @enum {string} */
                reason: "protected" | "wanted_elsewhere" | "address_shared" | "not_idle" | "unknown" | "joined_again" | "reclaimed" | "not_a_member";
            }[];
            /** @description Testers in the group whom nobody put on the roster */
            unmanaged: {
                testerId: string;
                email: string | null;
            }[];
            /** @description Why it is held: the roster's guard; the sum over its team key; nobody would be left; more rows were kept out than taken; a row could mean anybody */
            heldBy: ("roster" | "team_key" | "empty" | "list" | "list_unclear") | null;
            /** @description RFC 3339, UTC */
            startedAt: string;
            /** @description RFC 3339, UTC */
            updatedAt: string;
            approvedAt: string | null;
            decidedBy: string | null;
            reason: string | null;
            problem: components["schemas"]["ReportedProblem"] | null;
        };
        PutRoster: {
            id: string;
            teamKey: string;
            app: {
                id: string;
                bundleId: string;
                name: string;
            };
            group: {
                id: string;
                name: string;
            };
            /** @enum {string} */
            builds: "automatic" | "manual";
            submitForReview: boolean;
            /** @enum {string} */
            heldBuilds: "report" | "release";
            idle: {
                /** @description Invited, and not accepted, in days; null: it is not looked for */
                notAcceptedDays: number | null;
                /** @description Accepted, and not installed, in days; null: it is not looked for */
                notInstalledDays: number | null;
                /** @description Installed, and no session, in days; null: it is not looked for */
                noSessionDays: number | null;
                /** @description Between `member.idle` and the day the seat is taken back */
                graceDays: number;
                /**
                 * @description Whether seats are taken back without anybody asking; `when_full`: only while somebody waits for one
                 * @enum {string}
                 */
                reclaim: "never" | "when_full" | "always";
            } | null;
            /** @enum {string} */
            unmanagedTesters: "keep" | "remove";
            /** @enum {string} */
            removal: "group" | "app";
            /** @enum {string} */
            removedByHand: "restore" | "report";
            removalGuard: {
                percent: number;
                atLeast: number;
            };
            scimGroup: string | null;
            reconcileEveryMinutes: number;
            /** @enum {string} */
            status: "active" | "paused" | "held" | "blocked";
            problem: components["schemas"]["ReportedProblem"] | null;
            warnings: {
                code: string;
                detail: string;
                action: string;
            }[];
            counts: {
                pending: number;
                waiting: number;
                not_invited: number;
                invited: number;
                accepted: number;
                installed: number;
                revoked: number;
                removed: number;
                failed: number;
                reclaimed: number;
            };
            /** @description What a PUT calls `seats`, and the seats of the app */
            seats: {
                reserve: number;
                priority: number;
                /** @description External testers of the app; null until they were counted */
                used: number | null;
                /** @description How many the app can have */
                limit: number;
            };
            /** @description Testers in the group whom nobody put on the roster */
            drift: number;
            lastReconcile: {
                id: string | null;
                /** @description RFC 3339, UTC */
                at: string;
                /** @enum {string} */
                outcome: "in_sync" | "changed" | "held" | "incomplete" | "failed";
            } | null;
            /** @description RFC 3339, UTC */
            createdAt: string;
            /** @description RFC 3339, UTC */
            updatedAt: string;
        };
        Roster: {
            id: string;
            teamKey: string;
            app: {
                id: string;
                bundleId: string;
                name: string;
            };
            group: {
                id: string;
                name: string;
            };
            /** @description How long the group can still test */
            builds: {
                /**
                 * @description What a PUT calls `builds`
                 * @enum {string}
                 */
                mode: "automatic" | "manual";
                /** @description Builds that testers of the group can install */
                usable: number;
                /** @description When the last usable one goes; null: never, or there is none */
                runsOutAt: string | null;
                /** @description Members who are in the group */
                peopleAffected: number;
                /** @description What comes after the last usable one; null: nothing newer is in the pipeline */
                successor: {
                    number: string;
                    /** @enum {string} */
                    state: "processing" | "compliance_missing" | "ready_to_submit" | "in_review" | "rejected" | "approved_held" | "testing" | "expired" | "unknown";
                } | null;
            };
            submitForReview: boolean;
            /** @enum {string} */
            heldBuilds: "report" | "release";
            idle: {
                /** @description Invited, and not accepted, in days; null: it is not looked for */
                notAcceptedDays: number | null;
                /** @description Accepted, and not installed, in days; null: it is not looked for */
                notInstalledDays: number | null;
                /** @description Installed, and no session, in days; null: it is not looked for */
                noSessionDays: number | null;
                /** @description Between `member.idle` and the day the seat is taken back */
                graceDays: number;
                /**
                 * @description Whether seats are taken back without anybody asking; `when_full`: only while somebody waits for one
                 * @enum {string}
                 */
                reclaim: "never" | "when_full" | "always";
            } | null;
            /** @enum {string} */
            unmanagedTesters: "keep" | "remove";
            /** @enum {string} */
            removal: "group" | "app";
            /** @enum {string} */
            removedByHand: "restore" | "report";
            removalGuard: {
                percent: number;
                atLeast: number;
            };
            scimGroup: string | null;
            reconcileEveryMinutes: number;
            /** @enum {string} */
            status: "active" | "paused" | "held" | "blocked";
            problem: components["schemas"]["ReportedProblem"] | null;
            warnings: {
                code: string;
                detail: string;
                action: string;
            }[];
            counts: {
                pending: number;
                waiting: number;
                not_invited: number;
                invited: number;
                accepted: number;
                installed: number;
                revoked: number;
                removed: number;
                failed: number;
                reclaimed: number;
            };
            /** @description What a PUT calls `seats`, and the seats of the app */
            seats: {
                reserve: number;
                priority: number;
                /** @description External testers of the app; null until they were counted */
                used: number | null;
                /** @description How many the app can have */
                limit: number;
            };
            /** @description Testers in the group whom nobody put on the roster */
            drift: number;
            lastReconcile: {
                id: string | null;
                /** @description RFC 3339, UTC */
                at: string;
                /** @enum {string} */
                outcome: "in_sync" | "changed" | "held" | "incomplete" | "failed";
            } | null;
            /** @description RFC 3339, UTC */
            createdAt: string;
            /** @description RFC 3339, UTC */
            updatedAt: string;
        };
        TeamKey: {
            id: string;
            issuerId: string;
            keyId: string;
            /** @enum {string} */
            status: "unchecked" | "working" | "rejected" | "forbidden" | "agreement_required";
            problem: components["schemas"]["ReportedProblem"] | null;
            budget: components["schemas"]["Budget"];
            lane: components["schemas"]["Lane"];
        };
        TimelineItem: {
            /** @description RFC 3339, UTC */
            at: string;
            /** @enum {string} */
            kind: "joined" | "updated" | "left" | "converge" | "invitation" | "retry" | "protected" | "unprotected" | "restored" | "run" | "note";
            text: string;
            /** @description Calls to App Store Connect with their answers; status null: no answer */
            calls?: {
                call: string;
                status: number | null;
                code: string | null;
            }[];
        };
        Token: {
            id: string;
            name: string;
            scopes: ("events:write" | "rosters:read" | "rosters:write" | "scim" | "admin")[];
            rosters: string[] | null;
            /** @description Where users brought by SCIM have their address; absent: as for all */
            emailAttribute?: string;
            /** @description RFC 3339, UTC */
            createdAt: string;
            /** @description To the minute */
            lastUsedAt: string | null;
        };
        Webhook: {
            id: string;
            url: string;
            types: string[];
            rosters: string[] | null;
            includeEmail: boolean;
            includeLink: boolean;
            /**
             * @description disabled after five days without a successful delivery, or where too many wait; PUT enables it again
             * @enum {string}
             */
            status: "active" | "disabled";
            /** @description The first failed try since the last success */
            failingSince: string | null;
            /** @description RFC 3339, UTC */
            createdAt: string;
            /** @description RFC 3339, UTC */
            updatedAt: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: {
        /** @description The caller's own `x-request-id` where it sent one that fits, else one of ours; the log has it as well */
        RequestId: string;
        /** @description Seconds to wait before the request is sent again */
        RetryAfter: number;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ok";
                    };
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ready" | "draining" | "unready";
                        detail: string;
                    };
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Text for Prometheus */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    getTeamKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                teamKeyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamKey"];
                };
            };
        };
    };
    putTeamKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                teamKeyId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    issuerId: string;
                    keyId: string;
                    /** @description The text of the .p8 file; kept sealed, never shown again */
                    privateKey: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamKey"];
                };
            };
            /** @description Made */
            201: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamKey"];
                };
            };
        };
    };
    deleteTeamKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                teamKeyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say */
            204: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listTeamKeys: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["TeamKey"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    checkTeamKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                teamKeyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        findings: {
                            /** @enum {string} */
                            check: "key_signs" | "clock" | "key_accepted" | "role" | "agreements" | "apps";
                            /** @description null: could not be judged, since an earlier step failed */
                            ok: boolean | null;
                            detail: string;
                            action: string | null;
                        }[];
                    };
                };
            };
        };
    };
    listApps: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                teamKeyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            bundleId: string;
                            name: string;
                        }[];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    listGroups: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                teamKeyId: string;
                appId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            name: string;
                            /** @enum {string} */
                            type: "internal" | "external";
                            testers: number | null;
                            builds: components["schemas"]["Build"][];
                            /** @description The roster that holds it */
                            roster: string | null;
                        }[];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    getSeats: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                teamKeyId: string;
                appId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many external testers the app can have */
                        limit: number;
                        used: number;
                        /** @description `limit` less `used` */
                        free: number;
                        /** @description Testers who came by a public link; null: not known */
                        public: number | null;
                        /** @description The part of all reserves that is not filled */
                        reserved: number;
                        /** @description When Apple counted them */
                        observedAt: string | null;
                        rosters: {
                            roster: string;
                            /** @description Members who have a seat */
                            in: number;
                            /** @description Members who wait for one */
                            waiting: number;
                            reserve: number;
                            priority: number;
                        }[];
                    };
                };
            };
        };
    };
    pauseTeamKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                teamKeyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamKey"];
                };
            };
        };
    };
    resumeTeamKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                teamKeyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamKey"];
                };
            };
        };
    };
    getRoster: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Roster"];
                };
            };
        };
    };
    putRoster: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    teamKey: string;
                    app: {
                        bundleId: string;
                    } | {
                        id: string;
                    };
                    group: {
                        id: string;
                    } | {
                        name: string;
                        /**
                         * @description Make the group where the app has none of this name
                         * @default false
                         */
                        create?: boolean;
                    };
                    /**
                     * @description automatic: the group gets every new build
                     * @default manual
                     * @enum {string}
                     */
                    builds?: "automatic" | "manual";
                    /**
                     * @description With automatic builds: submit the first build of a version for beta review
                     * @default false
                     */
                    submitForReview?: boolean;
                    /**
                     * @description A build that Apple approved and holds until somebody presses "Notify Testers": only said, or released
                     * @default report
                     * @enum {string}
                     */
                    heldBuilds?: "report" | "release";
                    /**
                     * @description How this roster shares the app's seats with the others
                     * @default {
                     *       "reserve": 0,
                     *       "priority": 0
                     *     }
                     */
                    seats?: {
                        /**
                         * @description Seats of the app that nobody of another roster gets; those who are in count
                         * @default 0
                         */
                        reserve?: number;
                        /**
                         * @description Who waits for a seat goes in by priority, the higher first, then by arrival
                         * @default 0
                         */
                        priority?: number;
                    };
                    /**
                     * @description When a seat counts as idle; null: nobody looks
                     * @default null
                     */
                    idle?: {
                        /**
                         * @description Invited, and not accepted, in days; null: it is not looked for
                         * @default null
                         */
                        notAcceptedDays?: number | null;
                        /**
                         * @description Accepted, and not installed, in days; null: it is not looked for
                         * @default null
                         */
                        notInstalledDays?: number | null;
                        /**
                         * @description Installed, and no session, in days; null: it is not looked for
                         * @default null
                         */
                        noSessionDays?: number | null;
                        /**
                         * @description Between `member.idle` and the day the seat is taken back
                         * @default 7
                         */
                        graceDays?: number;
                        /**
                         * @description Whether seats are taken back without anybody asking; `when_full`: only while somebody waits for one
                         * @default never
                         * @enum {string}
                         */
                        reclaim?: "never" | "when_full" | "always";
                    } | null;
                    /**
                     * @description Testers nobody put on the roster
                     * @default keep
                     * @enum {string}
                     */
                    unmanagedTesters?: "keep" | "remove";
                    /**
                     * @default group
                     * @enum {string}
                     */
                    removal?: "group" | "app";
                    /**
                     * @description A member taken out in App Store Connect
                     * @default restore
                     * @enum {string}
                     */
                    removedByHand?: "restore" | "report";
                    /**
                     * @description Trips when removals are more than `percent` of the roster and at least `atLeast`
                     * @default {
                     *       "percent": 20,
                     *       "atLeast": 10
                     *     }
                     */
                    removalGuard?: {
                        /** @default 20 */
                        percent?: number;
                        /** @default 10 */
                        atLeast?: number;
                    };
                    /**
                     * @description The SCIM group (displayName or externalId) whose people these are
                     * @default null
                     */
                    scimGroup?: string | null;
                    /** @default 60 */
                    reconcileEveryMinutes?: number;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PutRoster"];
                };
            };
            /** @description Made */
            201: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PutRoster"];
                };
            };
        };
    };
    deleteRoster: {
        parameters: {
            query?: {
                /** @description keep: they stay in the group. remove: the roster is gone once the last of them is out */
                testers?: "keep" | "remove";
            };
            header?: never;
            path: {
                rosterId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Recorded; it is carried out from now on */
            202: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        roster: string;
                        /** @enum {string} */
                        status: "deleting";
                    };
                };
            };
            /** @description Done; there is nothing to say */
            204: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listRosters: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Roster"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    pauseRoster: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Roster"];
                };
            };
        };
    };
    resumeRoster: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Roster"];
                };
            };
        };
    };
    listBuilds: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                rosterId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            version: string | null;
                            number: string;
                            platform: string | null;
                            processingState: string;
                            externalState: string | null;
                            uploadedAt: string | null;
                            expiresAt: string | null;
                            expired: boolean;
                            /** @enum {string} */
                            state: "processing" | "compliance_missing" | "ready_to_submit" | "in_review" | "rejected" | "approved_held" | "testing" | "expired" | "unknown";
                            usable: boolean;
                        }[];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    listIdle: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The roster's `idle`; null: nobody looks */
                        rule: {
                            /** @description Invited, and not accepted, in days; null: it is not looked for */
                            notAcceptedDays: number | null;
                            /** @description Accepted, and not installed, in days; null: it is not looked for */
                            notInstalledDays: number | null;
                            /** @description Installed, and no session, in days; null: it is not looked for */
                            noSessionDays: number | null;
                            /** @description Between `member.idle` and the day the seat is taken back */
                            graceDays: number;
                            /**
                             * @description Whether seats are taken back without anybody asking; `when_full`: only while somebody waits for one
                             * @enum {string}
                             */
                            reclaim: "never" | "when_full" | "always";
                        } | null;
                        /** @description When the group was last read as a whole */
                        measuredAt: string | null;
                        /** @description When usage was last read, and believed */
                        usageMeasuredAt: string | null;
                        candidates: {
                            id: string;
                            /** @enum {string} */
                            reason: "not_accepted" | "not_installed" | "no_session";
                            /** @description What the days count from: when we first saw it */
                            since: string;
                            /** @description When the seat is taken back by itself, at the earliest; null: never by itself */
                            reclaimAt: string | null;
                            protected: boolean;
                        }[];
                        /** @description Members of whom it is not known, for `doubts`; they are no candidates */
                        unknown: number;
                        doubts: {
                            /** @enum {string} */
                            code: "unseen" | "missing" | "other_period" | "listing_old" | "old" | "off" | "unread" | "refused" | "incomplete" | "empty" | "late" | "implausible";
                            detail: string;
                            action: string;
                            count: number;
                        }[];
                    };
                };
            };
        };
    };
    reclaimIdle: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Say whose seats would come back, and change nothing
                     * @default false
                     */
                    dryRun?: boolean;
                    /** @description Only of these; null: of all candidates. `kept` says who of them keeps the seat, and why */
                    members?: string[] | null;
                } | null;
            };
        };
        responses: {
            /** @description Recorded; it is carried out from now on */
            202: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    /** @description Where to read what it came to */
                    location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reconciliation"];
                };
            };
        };
    };
    listRosterActivity: {
        parameters: {
            query?: {
                member?: string;
                status?: "pending" | "waiting" | "not_invited" | "invited" | "accepted" | "installed" | "revoked" | "removed" | "failed" | "reclaimed";
                kind?: "event" | "list" | "reconcile" | "request" | "outcome" | "settings";
                /** @description As `by` of an item */
                by?: string;
                /** @description RFC 3339; this instant is included */
                since?: string;
                /** @description RFC 3339; this instant is included */
                until?: string;
                limit?: number;
                /** @description The `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                rosterId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ActivityItem"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    putAppleWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        /** @description Apple's id of the app */
                        app: string;
                        /** @description Where Apple posts to */
                        url: string;
                        /** @description RFC 3339, UTC */
                        createdAt: string;
                    };
                };
            };
            /** @description Made */
            201: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        /** @description Apple's id of the app */
                        app: string;
                        /** @description Where Apple posts to */
                        url: string;
                        /** @description RFC 3339, UTC */
                        createdAt: string;
                    };
                };
            };
        };
    };
    deleteAppleWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say */
            204: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    retryRoster: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Recorded; it is carried out from now on */
            202: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        retried: number;
                    };
                };
            };
        };
    };
    listMembers: {
        parameters: {
            query?: {
                status?: "pending" | "waiting" | "not_invited" | "invited" | "accepted" | "installed" | "revoked" | "removed" | "failed" | "reclaimed";
                /** @description Beginning of an id, an address or any word of a name, without case or accents; several words: each of them */
                q?: string;
                limit?: number;
                /** @description The `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                rosterId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Members */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Member"][];
                        nextCursor: string | null;
                        /** @description How many fit, over all pages */
                        total: number;
                    };
                    "text/csv": string;
                };
            };
        };
    };
    putMembers: {
        parameters: {
            query?: {
                /** @description Say what would happen, and change nothing */
                dryRun?: "true" | "false";
                /** @description A list of nobody is meant */
                allowEmpty?: "true" | "false";
                /** @description Of a CSV: which column holds which field, as in `id:Record ID,email:E-mail`; other columns are ignored, and fields that are not named stay as they are known */
                columns?: string;
            };
            header?: never;
            path: {
                rosterId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    members: {
                        /** @description The upstream system's own id: 1 to 256 UTF-8 bytes without control characters; without one, the member is looked for by the address */
                        id?: string;
                        /** @description Absent: as it is known; null: cleared */
                        email?: string | null;
                        firstName?: string | null;
                        lastName?: string | null;
                    }[];
                };
                "text/csv": string;
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description null for a dry run */
                        reconciliation: string | null;
                        estimate: {
                            calls: number;
                            seconds: number;
                        };
                        /** @description Rows that were kept out. Nobody whom they name is removed because of it */
                        rejected: {
                            row: number;
                            code: string;
                            detail: string;
                        }[];
                        /** @description Only where more rows were kept out than are told */
                        rejectedTotal?: number;
                        /** @description Members whom it would have removed, but for this reason */
                        kept?: {
                            id: string;
                            /** @enum {string} */
                            reason: "protected" | "wanted_elsewhere" | "address_shared" | "not_idle" | "unknown" | "joined_again" | "reclaimed" | "not_a_member";
                        }[];
                        /** @description The removals wait for an approval */
                        held: boolean;
                        /** @description `list_unclear`: a row could mean anybody, so nobody is removed by this list */
                        problem?: {
                            code: string;
                            detail: string;
                            action: string;
                        };
                        plan: {
                            add: number;
                            update: number;
                            remove: number;
                            unchanged: number;
                            names: {
                                add: string[];
                                update: string[];
                                remove: string[];
                                /** @description Of `update`: whose address is cleared, so that they leave the group */
                                clear?: string[];
                            };
                        };
                    };
                };
            };
            /** @description Recorded; it is carried out from now on */
            202: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description null for a dry run */
                        reconciliation: string | null;
                        estimate: {
                            calls: number;
                            seconds: number;
                        };
                        /** @description Rows that were kept out. Nobody whom they name is removed because of it */
                        rejected: {
                            row: number;
                            code: string;
                            detail: string;
                        }[];
                        /** @description Only where more rows were kept out than are told */
                        rejectedTotal?: number;
                        /** @description Members whom it would have removed, but for this reason */
                        kept?: {
                            id: string;
                            /** @enum {string} */
                            reason: "protected" | "wanted_elsewhere" | "address_shared" | "not_idle" | "unknown" | "joined_again" | "reclaimed" | "not_a_member";
                        }[];
                        /** @description The removals wait for an approval */
                        held: boolean;
                        /** @description `list_unclear`: a row could mean anybody, so nobody is removed by this list */
                        problem?: {
                            code: string;
                            detail: string;
                            action: string;
                        };
                        plan: {
                            add: number;
                            update: number;
                            remove: number;
                            unchanged: number;
                        };
                    };
                };
            };
        };
    };
    getMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
                memberId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
        };
    };
    putMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
                memberId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email?: string | null;
                    firstName?: string | null;
                    lastName?: string | null;
                };
            };
        };
        responses: {
            /** @description Recorded; it is carried out from now on */
            202: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventResult"];
                };
            };
        };
    };
    deleteMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
                memberId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Recorded; it is carried out from now on */
            202: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventResult"];
                };
            };
        };
    };
    getMemberTimeline: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                rosterId: string;
                memberId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["TimelineItem"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    convergeMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
                memberId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Recorded; it is carried out from now on */
            202: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        roster: string;
                        member: string;
                        /** @enum {string} */
                        status: "accepted";
                    };
                };
            };
        };
    };
    inviteMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
                memberId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Recorded; it is carried out from now on */
            202: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        roster: string;
                        member: string;
                        /** @enum {string} */
                        status: "accepted";
                    };
                };
            };
        };
    };
    restoreMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
                memberId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Recorded; it is carried out from now on */
            202: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        roster: string;
                        member: string;
                        /** @enum {string} */
                        status: "accepted";
                    };
                };
            };
        };
    };
    protectMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
                memberId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
        };
    };
    unprotectMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
                memberId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
        };
    };
    makeMemberLink: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
                memberId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default 30 */
                    days?: number;
                } | null;
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The member's own page; whoever has it can see and change what is on it */
                        url: string;
                        /** @description RFC 3339, UTC */
                        expiresAt: string;
                    };
                };
            };
        };
    };
    voidMemberLinks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
                memberId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say */
            204: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listPeople: {
        parameters: {
            query: {
                email: string;
                limit?: number;
                /** @description The `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            roster: string;
                            member: components["schemas"]["Member"];
                        }[];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    erasePerson: {
        parameters: {
            query: {
                email: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Recorded; it is carried out from now on */
            202: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        /** @enum {string} */
                        status: "running" | "done";
                        /** @description What it waits for, the outermost reason first; it goes on by itself */
                        waitsFor: {
                            code: string;
                            detail: string;
                            action: string | null;
                            until: string | null;
                        } | null;
                        /** @description RFC 3339, UTC */
                        startedAt: string;
                        doneAt: string | null;
                        /** @description How many memberships are erased */
                        memberships: number;
                    };
                };
            };
        };
    };
    getErasure: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                erasureId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        /** @enum {string} */
                        status: "running" | "done";
                        /** @description What it waits for, the outermost reason first; it goes on by itself */
                        waitsFor: {
                            code: string;
                            detail: string;
                            action: string | null;
                            until: string | null;
                        } | null;
                        /** @description RFC 3339, UTC */
                        startedAt: string;
                        doneAt: string | null;
                    };
                };
            };
        };
    };
    listReconciliations: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                rosterId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Reconciliation"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    startReconciliation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Read and plan, and change nothing
                     * @default false
                     */
                    dryRun?: boolean;
                } | null;
            };
        };
        responses: {
            /** @description Recorded; it is carried out from now on */
            202: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    /** @description Where to read what it came to */
                    location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reconciliation"];
                };
            };
        };
    };
    getReconciliation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
                reconciliationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reconciliation"];
                };
            };
        };
    };
    approveReconciliation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
                reconciliationId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string | null;
                } | null;
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reconciliation"];
                };
            };
        };
    };
    rejectReconciliation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rosterId: string;
                reconciliationId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string | null;
                } | null;
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reconciliation"];
                };
            };
        };
    };
    listTokens: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Token"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    createToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    scopes: ("events:write" | "rosters:read" | "rosters:write" | "scim" | "admin")[];
                    /**
                     * @description null: all rosters, and those to come
                     * @default null
                     */
                    rosters?: string[] | null;
                    /**
                     * @description Of the scope scim: where users have the address of their Apple Account; null: as SCIM_EMAIL_ATTRIBUTE says
                     * @default null
                     */
                    emailAttribute?: string | null;
                };
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        scopes: ("events:write" | "rosters:read" | "rosters:write" | "scim" | "admin")[];
                        rosters: string[] | null;
                        /** @description Where users brought by SCIM have their address; absent: as for all */
                        emailAttribute?: string;
                        /** @description RFC 3339, UTC */
                        createdAt: string;
                        /** @description To the minute */
                        lastUsedAt: string | null;
                        /** @description Shown here and never again: only its hash is kept */
                        token: string;
                    };
                };
            };
        };
    };
    deleteToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tokenId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say */
            204: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listLanes: {
        parameters: {
            query?: {
                state?: "blocked" | "failing" | "paused" | "busy" | "idle";
                /** @description Part of a team key id */
                q?: string;
                limit?: number;
                /** @description The `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            teamKey: string;
                            /** @enum {string} */
                            state: "blocked" | "failing" | "paused" | "busy" | "idle";
                            problem: components["schemas"]["ReportedProblem"] | null;
                            budget: components["schemas"]["Budget"];
                            lane: components["schemas"]["Lane"];
                        }[];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    listAudit: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Changes */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            /** @description RFC 3339, UTC */
                            at: string;
                            /** @description A token by its id (`token:3f…`) or a user of the pages (`user:ann`) */
                            actor: string;
                            action: string;
                            target: string;
                            detail: string;
                        }[];
                        nextCursor: string | null;
                    };
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
        };
    };
    getWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    putWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description http or https, at a public address, without user name and password */
                    url: string;
                    types: ("member.invited" | "member.accepted" | "member.installed" | "member.revoked" | "member.removed" | "member.failed" | "member.waiting" | "member.idle" | "member.reclaimed" | "member.address_changed" | "build.available" | "build.expiring" | "build.run_out" | "roster.held" | "roster.blocked" | "roster.recovered" | "team_key.rejected" | "team_key.recovered" | "member.*" | "build.*" | "roster.*" | "team_key.*" | "*")[];
                    /**
                     * @description Only what is about these, and about their team keys; null: everything
                     * @default null
                     */
                    rosters?: string[] | null;
                    /**
                     * @description Tell a member's address as well
                     * @default false
                     */
                    includeEmail?: boolean;
                    /**
                     * @description Tell who waits for an address with a link to their own page; needs PUBLIC_URL
                     * @default false
                     */
                    includeLink?: boolean;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description Made */
            201: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        url: string;
                        types: string[];
                        rosters: string[] | null;
                        includeEmail: boolean;
                        includeLink: boolean;
                        /**
                         * @description disabled after five days without a successful delivery, or where too many wait; PUT enables it again
                         * @enum {string}
                         */
                        status: "active" | "disabled";
                        /** @description The first failed try since the last success */
                        failingSince: string | null;
                        /** @description RFC 3339, UTC */
                        createdAt: string;
                        /** @description RFC 3339, UTC */
                        updatedAt: string;
                        /** @description whsec_…, for Standard Webhooks; shown this once */
                        secret: string;
                    };
                };
            };
        };
    };
    deleteWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say */
            204: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listWebhooks: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Webhook"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        url: string;
                        types: string[];
                        rosters: string[] | null;
                        includeEmail: boolean;
                        includeLink: boolean;
                        /**
                         * @description disabled after five days without a successful delivery, or where too many wait; PUT enables it again
                         * @enum {string}
                         */
                        status: "active" | "disabled";
                        /** @description The first failed try since the last success */
                        failingSince: string | null;
                        /** @description RFC 3339, UTC */
                        createdAt: string;
                        /** @description RFC 3339, UTC */
                        updatedAt: string;
                        /** @description whsec_…, for Standard Webhooks; shown this once */
                        secret: string;
                    };
                };
            };
        };
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Recorded; it is carried out from now on */
            202: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Delivery"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    replayDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhookId: string;
                deliveryId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Recorded; it is carried out from now on */
            202: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
        };
    };
    getNotice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                noticeId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Notice"];
                };
            };
        };
    };
    putNotice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                noticeId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    kind: "slack" | "teams" | "email";
                    /** @description The incoming webhook of Slack or Teams (http or https, at a public address), or an e-mail address */
                    target: string;
                    /** @description What to tell; whoever is told that something began is told when it is over */
                    types: ("member.invited" | "member.accepted" | "member.installed" | "member.revoked" | "member.removed" | "member.failed" | "member.waiting" | "member.idle" | "member.reclaimed" | "member.address_changed" | "build.available" | "build.expiring" | "build.run_out" | "roster.held" | "roster.blocked" | "roster.recovered" | "team_key.rejected" | "team_key.recovered" | "member.*" | "build.*" | "roster.*" | "team_key.*" | "*")[];
                    /**
                     * @description Only what is about these, and about their team keys; null: everything
                     * @default null
                     */
                    rosters?: string[] | null;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Notice"];
                };
            };
            /** @description Made */
            201: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Notice"];
                };
            };
        };
    };
    deleteNotice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                noticeId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say */
            204: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listNotices: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Notice"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    testNotice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                noticeId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Recorded; it is carried out from now on */
            202: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Notice"];
                };
            };
        };
    };
    getSource: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sourceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        /** @enum {string} */
                        kind: "stripe" | "patreon" | "ghost" | "generic";
                        /** @description Paste this address into the membership system */
                        url: string;
                        rosters: {
                            [key: string]: string;
                        };
                        signature: {
                            header: string;
                            algorithm: string;
                            encoding: string;
                            prefix: string;
                        } | null;
                        map: string | null;
                        /** @description RFC 3339, UTC */
                        createdAt: string;
                        /** @description RFC 3339, UTC */
                        updatedAt: string;
                    };
                };
            };
        };
    };
    putSource: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sourceId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    kind: "stripe" | "patreon" | "ghost";
                    /** @description The sender's signing secret, kept sealed and never shown. Left out: the one there is stays */
                    secret?: string;
                    /**
                     * @description The sender's price, tier or plan → roster; "*": every other; absent: ignored
                     * @default {}
                     */
                    rosters?: {
                        [key: string]: string;
                    };
                } | {
                    /** @enum {string} */
                    kind: "generic";
                    /** @description The sender's signing secret, kept sealed and never shown. Left out: the one there is stays */
                    secret?: string;
                    /**
                     * @description The sender's price, tier or plan → roster; "*": every other; absent: ignored
                     * @default {}
                     */
                    rosters?: {
                        [key: string]: string;
                    };
                    signature: {
                        /** @description The header that holds the signature */
                        header: string;
                        /**
                         * @default sha256
                         * @enum {string}
                         */
                        algorithm?: "sha256" | "sha1" | "md5";
                        /**
                         * @default hex
                         * @enum {string}
                         */
                        encoding?: "hex" | "base64";
                        /**
                         * @description What stands before the signature in its header, such as "sha256="
                         * @default
                         */
                        prefix?: string;
                    };
                    /** @description A JSONata expression from the payload to events as in POST /v1/events */
                    map: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        /** @enum {string} */
                        kind: "stripe" | "patreon" | "ghost" | "generic";
                        /** @description Paste this address into the membership system */
                        url: string;
                        rosters: {
                            [key: string]: string;
                        };
                        signature: {
                            header: string;
                            algorithm: string;
                            encoding: string;
                            prefix: string;
                        } | null;
                        map: string | null;
                        /** @description RFC 3339, UTC */
                        createdAt: string;
                        /** @description RFC 3339, UTC */
                        updatedAt: string;
                    };
                };
            };
            /** @description Made */
            201: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        /** @enum {string} */
                        kind: "stripe" | "patreon" | "ghost" | "generic";
                        /** @description Paste this address into the membership system */
                        url: string;
                        rosters: {
                            [key: string]: string;
                        };
                        signature: {
                            header: string;
                            algorithm: string;
                            encoding: string;
                            prefix: string;
                        } | null;
                        map: string | null;
                        /** @description RFC 3339, UTC */
                        createdAt: string;
                        /** @description RFC 3339, UTC */
                        updatedAt: string;
                    };
                };
            };
        };
    };
    deleteSource: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sourceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say */
            204: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listSources: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            /** @enum {string} */
                            kind: "stripe" | "patreon" | "ghost" | "generic";
                            /** @description Paste this address into the membership system */
                            url: string;
                            rosters: {
                                [key: string]: string;
                            };
                            signature: {
                                header: string;
                                algorithm: string;
                                encoding: string;
                                prefix: string;
                            } | null;
                            map: string | null;
                            /** @description RFC 3339, UTC */
                            createdAt: string;
                            /** @description RFC 3339, UTC */
                            updatedAt: string;
                        }[];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    listReceivedPayloads: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                sourceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            /** @description RFC 3339, UTC */
                            at: string;
                            /** @description The sender's event id; a digest of the body where it sends none */
                            id: string;
                            /** @enum {string} */
                            status: "accepted" | "duplicate" | "ignored" | "refused";
                            /** @description How many events were recorded */
                            events: number;
                            reason: string | null;
                        }[];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    listPushedGroups: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            displayName: string;
                            externalId: string | null;
                            /** @description Users in it, those who are switched off among them */
                            members: number;
                            /** @description Rosters whose people these are; none: the group does nothing */
                            rosters: string[];
                            /** @description RFC 3339, UTC */
                            createdAt: string;
                            /** @description RFC 3339, UTC */
                            updatedAt: string;
                        }[];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    previewScimGroup: {
        parameters: {
            query: {
                roster: string;
                /** @description displayName or externalId, as `scimGroup` would name it */
                group: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        roster: string;
                        /** @description The groups of this name; none: it has not come yet */
                        groups: {
                            id: string;
                            displayName: string;
                            members: number;
                        }[];
                        plan: {
                            add: number;
                            /** @description People of the group that the roster names now */
                            remove: number;
                            unchanged: number;
                        };
                        /** @description People who came otherwise; they stay */
                        others: number;
                        /** @description Of `add`: who wait until they give the address of their Apple Account */
                        withoutAddress: number;
                        /** @description The removals would wait for an approval */
                        held: boolean;
                        /** @description By name in order, at most 1,000 of each */
                        people: {
                            add: {
                                /** @description The member id */
                                id: string;
                                email: string | null;
                                firstName: string | null;
                                lastName: string | null;
                            }[];
                            remove: {
                                /** @description The member id */
                                id: string;
                                email: string | null;
                                firstName: string | null;
                                lastName: string | null;
                            }[];
                        };
                    };
                };
            };
        };
    };
    postEvents: {
        parameters: {
            query?: never;
            header?: {
                /** @description Instead of an id, for a single event without one */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    specversion?: "1.0" | null;
                    id?: string | null;
                    source?: string | null;
                    /** @description `member.joined`, `member.updated` or `member.left` */
                    type: string;
                    /** @description RFC 3339 with any offset; absent or null: as of its arrival */
                    time?: string | null;
                    datacontenttype?: string | null;
                    data: {
                        roster: string;
                        member: {
                            /** @description The upstream system's own id: 1 to 256 UTF-8 bytes without control characters */
                            id: string;
                            /** @description Address of the Apple Account; absent: as it was known, null: not known (any more) */
                            email?: string | null;
                            firstName?: string | null;
                            lastName?: string | null;
                        };
                    };
                } | {
                    specversion?: "1.0" | null;
                    id?: string | null;
                    source?: string | null;
                    /** @description `member.joined`, `member.updated` or `member.left` */
                    type: string;
                    /** @description RFC 3339 with any offset; absent or null: as of its arrival */
                    time?: string | null;
                    datacontenttype?: string | null;
                    data: {
                        roster: string;
                        member: {
                            /** @description The upstream system's own id: 1 to 256 UTF-8 bytes without control characters */
                            id: string;
                            /** @description Address of the Apple Account; absent: as it was known, null: not known (any more) */
                            email?: string | null;
                            firstName?: string | null;
                            lastName?: string | null;
                        };
                    };
                }[];
                "application/cloudevents+json": {
                    specversion: "1.0" | null;
                    id: string | null;
                    source: string | null;
                    /** @description `member.joined`, `member.updated` or `member.left` */
                    type: string;
                    /** @description RFC 3339 with any offset; absent or null: as of its arrival */
                    time?: string | null;
                    datacontenttype?: string | null;
                    data: {
                        roster: string;
                        member: {
                            /** @description The upstream system's own id: 1 to 256 UTF-8 bytes without control characters */
                            id: string;
                            /** @description Address of the Apple Account; absent: as it was known, null: not known (any more) */
                            email?: string | null;
                            firstName?: string | null;
                            lastName?: string | null;
                        };
                    };
                };
                "application/cloudevents-batch+json": {
                    specversion: "1.0" | null;
                    id: string | null;
                    source: string | null;
                    /** @description `member.joined`, `member.updated` or `member.left` */
                    type: string;
                    /** @description RFC 3339 with any offset; absent or null: as of its arrival */
                    time?: string | null;
                    datacontenttype?: string | null;
                    data: {
                        roster: string;
                        member: {
                            /** @description The upstream system's own id: 1 to 256 UTF-8 bytes without control characters */
                            id: string;
                            /** @description Address of the Apple Account; absent: as it was known, null: not known (any more) */
                            email?: string | null;
                            firstName?: string | null;
                            lastName?: string | null;
                        };
                    };
                }[];
            };
        };
        responses: {
            /** @description Recorded; it is carried out from now on */
            202: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventResults"];
                };
            };
        };
    };
    receiveAppleWebhook: {
        parameters: {
            query?: never;
            header: {
                /** @description Over the raw body, by the secret that was registered */
                "x-apple-signature": string;
            };
            path: {
                registrationId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    data: {
                        type: string;
                        id: string;
                    } & {
                        [key: string]: unknown;
                    };
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ping" | "repeat" | "taken";
                    };
                };
            };
        };
    };
    tryPayload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sourceId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What would be recorded, as in POST /v1/events */
                        events: {
                            /** @enum {string} */
                            type: "member.joined" | "member.updated" | "member.left";
                            data: {
                                roster: string;
                                member: {
                                    id: string;
                                    email?: string | null;
                                    firstName?: string | null;
                                    lastName?: string | null;
                                };
                            };
                        }[];
                        /** @description What would have no effect */
                        ignored: {
                            reason: string;
                        }[];
                    };
                };
            };
        };
    };
    receivePayload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sourceId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Events recorded */
                        accepted: number;
                        /** @description Things in it that had no effect */
                        ignored: number;
                    };
                };
            };
        };
    };
    getScimConfig: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        schemas: string[];
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    listScimResourceTypes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        schemas: string[];
                        totalResults: number;
                        startIndex: number;
                        itemsPerPage: number;
                        Resources: {
                            [key: string]: unknown;
                        }[];
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    getScimResourceType: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                scimName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        schemas: string[];
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    listScimSchemas: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        schemas: string[];
                        totalResults: number;
                        startIndex: number;
                        itemsPerPage: number;
                        Resources: {
                            [key: string]: unknown;
                        }[];
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    getScimSchema: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                scimName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        schemas: string[];
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    listScimUsers: {
        parameters: {
            query?: {
                /** @description RFC 7644, 3.4.2.2; fast where it asks for userName, externalId, id, displayName or an address by eq */
                filter?: string;
                /** @description From 1 */
                startIndex?: string;
                /** @description At most 200 */
                count?: string;
                attributes?: string;
                excludedAttributes?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        schemas: string[];
                        totalResults: number;
                        startIndex: number;
                        itemsPerPage: number;
                        Resources: {
                            [key: string]: unknown;
                        }[];
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    createScimUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/scim+json": {
                    schemas?: string[];
                    /** @description Unique, without case */
                    userName: string;
                    externalId?: string;
                    name?: {
                        [key: string]: unknown;
                    };
                    emails?: ({
                        value: string;
                    } & {
                        [key: string]: unknown;
                    })[];
                    /**
                     * @description false: leaves every roster and stays readable
                     * @default true
                     */
                    active?: boolean;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    /** @description The user */
                    location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        schemas: string[];
                        id: string;
                        userName: string;
                        active: boolean;
                        meta: {
                            resourceType: string;
                            location: string;
                        } & {
                            [key: string]: unknown;
                        };
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    getScimUser: {
        parameters: {
            query?: {
                attributes?: string;
                excludedAttributes?: string;
            };
            header?: never;
            path: {
                scimUserId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        schemas: string[];
                        id: string;
                        userName: string;
                        active: boolean;
                        meta: {
                            resourceType: string;
                            location: string;
                        } & {
                            [key: string]: unknown;
                        };
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    replaceScimUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                scimUserId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/scim+json": {
                    schemas?: string[];
                    /** @description Unique, without case */
                    userName: string;
                    externalId?: string;
                    name?: {
                        [key: string]: unknown;
                    };
                    emails?: ({
                        value: string;
                    } & {
                        [key: string]: unknown;
                    })[];
                    /**
                     * @description false: leaves every roster and stays readable
                     * @default true
                     */
                    active?: boolean;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        schemas: string[];
                        id: string;
                        userName: string;
                        active: boolean;
                        meta: {
                            resourceType: string;
                            location: string;
                        } & {
                            [key: string]: unknown;
                        };
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    deleteScimUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                scimUserId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say */
            204: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patchScimUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                scimUserId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/scim+json": {
                    schemas?: string[];
                    Operations: ({
                        op: string;
                        path?: string;
                        value?: unknown;
                    } & {
                        [key: string]: unknown;
                    })[];
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        schemas: string[];
                        id: string;
                        userName: string;
                        active: boolean;
                        meta: {
                            resourceType: string;
                            location: string;
                        } & {
                            [key: string]: unknown;
                        };
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    listScimGroups: {
        parameters: {
            query?: {
                /** @description RFC 7644, 3.4.2.2; fast where it asks for userName, externalId, id, displayName or an address by eq */
                filter?: string;
                /** @description From 1 */
                startIndex?: string;
                /** @description At most 200 */
                count?: string;
                attributes?: string;
                excludedAttributes?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        schemas: string[];
                        totalResults: number;
                        startIndex: number;
                        itemsPerPage: number;
                        Resources: {
                            [key: string]: unknown;
                        }[];
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    createScimGroup: {
        parameters: {
            query?: {
                attributes?: string;
                excludedAttributes?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/scim+json": {
                    schemas?: string[];
                    displayName: string;
                    externalId?: string;
                    members?: ({
                        /** @description The id of a User */
                        value: string;
                    } & {
                        [key: string]: unknown;
                    })[];
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    /** @description The group */
                    location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        schemas: string[];
                        id: string;
                        displayName: string;
                        meta: {
                            resourceType: string;
                            location: string;
                        } & {
                            [key: string]: unknown;
                        };
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    getScimGroup: {
        parameters: {
            query?: {
                attributes?: string;
                excludedAttributes?: string;
            };
            header?: never;
            path: {
                scimGroupId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        schemas: string[];
                        id: string;
                        displayName: string;
                        meta: {
                            resourceType: string;
                            location: string;
                        } & {
                            [key: string]: unknown;
                        };
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    replaceScimGroup: {
        parameters: {
            query?: {
                attributes?: string;
                excludedAttributes?: string;
            };
            header?: never;
            path: {
                scimGroupId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/scim+json": {
                    schemas?: string[];
                    displayName: string;
                    externalId?: string;
                    members?: ({
                        /** @description The id of a User */
                        value: string;
                    } & {
                        [key: string]: unknown;
                    })[];
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        schemas: string[];
                        id: string;
                        displayName: string;
                        meta: {
                            resourceType: string;
                            location: string;
                        } & {
                            [key: string]: unknown;
                        };
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    deleteScimGroup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                scimGroupId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say */
            204: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patchScimGroup: {
        parameters: {
            query?: {
                attributes?: string;
                excludedAttributes?: string;
            };
            header?: never;
            path: {
                scimGroupId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/scim+json": {
                    schemas?: string[];
                    Operations: ({
                        op: string;
                        path?: string;
                        value?: unknown;
                    } & {
                        [key: string]: unknown;
                    })[];
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        schemas: string[];
                        id: string;
                        displayName: string;
                        meta: {
                            resourceType: string;
                            location: string;
                        } & {
                            [key: string]: unknown;
                        };
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description Done; there is nothing to say */
            204: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onMemberInvited: {
        parameters: {
            query?: never;
            header: {
                /** @description One fact keeps one id over all its tries and replays */
                "webhook-id": string;
                /** @description Seconds since 1970, of this try */
                "webhook-timestamp": string;
                /** @description Standard Webhooks: `v1,` and base64; several while a secret changes */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "member.invited";
                    /** @description RFC 3339, UTC */
                    timestamp: string;
                    data: {
                        roster: string;
                        /** @description Counts up; what is older than what you have can be dropped */
                        sequence: number;
                        member: {
                            id: string;
                            /** @enum {string} */
                            status: "pending" | "waiting" | "not_invited" | "invited" | "accepted" | "installed" | "revoked" | "removed" | "failed" | "reclaimed";
                            problem: {
                                code: string;
                                detail: string;
                                action: string;
                            } | null;
                            /** @description Only with `includeEmail` */
                            email?: string | null;
                            /** @description To the member's own page: of `member.waiting` for an address, with `includeLink` */
                            link?: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Taken */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not taken: it is sent again */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onMemberAccepted: {
        parameters: {
            query?: never;
            header: {
                /** @description One fact keeps one id over all its tries and replays */
                "webhook-id": string;
                /** @description Seconds since 1970, of this try */
                "webhook-timestamp": string;
                /** @description Standard Webhooks: `v1,` and base64; several while a secret changes */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "member.accepted";
                    /** @description RFC 3339, UTC */
                    timestamp: string;
                    data: {
                        roster: string;
                        /** @description Counts up; what is older than what you have can be dropped */
                        sequence: number;
                        member: {
                            id: string;
                            /** @enum {string} */
                            status: "pending" | "waiting" | "not_invited" | "invited" | "accepted" | "installed" | "revoked" | "removed" | "failed" | "reclaimed";
                            problem: {
                                code: string;
                                detail: string;
                                action: string;
                            } | null;
                            /** @description Only with `includeEmail` */
                            email?: string | null;
                            /** @description To the member's own page: of `member.waiting` for an address, with `includeLink` */
                            link?: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Taken */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not taken: it is sent again */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onMemberInstalled: {
        parameters: {
            query?: never;
            header: {
                /** @description One fact keeps one id over all its tries and replays */
                "webhook-id": string;
                /** @description Seconds since 1970, of this try */
                "webhook-timestamp": string;
                /** @description Standard Webhooks: `v1,` and base64; several while a secret changes */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "member.installed";
                    /** @description RFC 3339, UTC */
                    timestamp: string;
                    data: {
                        roster: string;
                        /** @description Counts up; what is older than what you have can be dropped */
                        sequence: number;
                        member: {
                            id: string;
                            /** @enum {string} */
                            status: "pending" | "waiting" | "not_invited" | "invited" | "accepted" | "installed" | "revoked" | "removed" | "failed" | "reclaimed";
                            problem: {
                                code: string;
                                detail: string;
                                action: string;
                            } | null;
                            /** @description Only with `includeEmail` */
                            email?: string | null;
                            /** @description To the member's own page: of `member.waiting` for an address, with `includeLink` */
                            link?: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Taken */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not taken: it is sent again */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onMemberRevoked: {
        parameters: {
            query?: never;
            header: {
                /** @description One fact keeps one id over all its tries and replays */
                "webhook-id": string;
                /** @description Seconds since 1970, of this try */
                "webhook-timestamp": string;
                /** @description Standard Webhooks: `v1,` and base64; several while a secret changes */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "member.revoked";
                    /** @description RFC 3339, UTC */
                    timestamp: string;
                    data: {
                        roster: string;
                        /** @description Counts up; what is older than what you have can be dropped */
                        sequence: number;
                        member: {
                            id: string;
                            /** @enum {string} */
                            status: "pending" | "waiting" | "not_invited" | "invited" | "accepted" | "installed" | "revoked" | "removed" | "failed" | "reclaimed";
                            problem: {
                                code: string;
                                detail: string;
                                action: string;
                            } | null;
                            /** @description Only with `includeEmail` */
                            email?: string | null;
                            /** @description To the member's own page: of `member.waiting` for an address, with `includeLink` */
                            link?: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Taken */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not taken: it is sent again */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onMemberRemoved: {
        parameters: {
            query?: never;
            header: {
                /** @description One fact keeps one id over all its tries and replays */
                "webhook-id": string;
                /** @description Seconds since 1970, of this try */
                "webhook-timestamp": string;
                /** @description Standard Webhooks: `v1,` and base64; several while a secret changes */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "member.removed";
                    /** @description RFC 3339, UTC */
                    timestamp: string;
                    data: {
                        roster: string;
                        /** @description Counts up; what is older than what you have can be dropped */
                        sequence: number;
                        member: {
                            id: string;
                            /** @enum {string} */
                            status: "pending" | "waiting" | "not_invited" | "invited" | "accepted" | "installed" | "revoked" | "removed" | "failed" | "reclaimed";
                            problem: {
                                code: string;
                                detail: string;
                                action: string;
                            } | null;
                            /** @description Only with `includeEmail` */
                            email?: string | null;
                            /** @description To the member's own page: of `member.waiting` for an address, with `includeLink` */
                            link?: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Taken */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not taken: it is sent again */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onMemberFailed: {
        parameters: {
            query?: never;
            header: {
                /** @description One fact keeps one id over all its tries and replays */
                "webhook-id": string;
                /** @description Seconds since 1970, of this try */
                "webhook-timestamp": string;
                /** @description Standard Webhooks: `v1,` and base64; several while a secret changes */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "member.failed";
                    /** @description RFC 3339, UTC */
                    timestamp: string;
                    data: {
                        roster: string;
                        /** @description Counts up; what is older than what you have can be dropped */
                        sequence: number;
                        member: {
                            id: string;
                            /** @enum {string} */
                            status: "pending" | "waiting" | "not_invited" | "invited" | "accepted" | "installed" | "revoked" | "removed" | "failed" | "reclaimed";
                            problem: {
                                code: string;
                                detail: string;
                                action: string;
                            } | null;
                            /** @description Only with `includeEmail` */
                            email?: string | null;
                            /** @description To the member's own page: of `member.waiting` for an address, with `includeLink` */
                            link?: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Taken */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not taken: it is sent again */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onMemberWaiting: {
        parameters: {
            query?: never;
            header: {
                /** @description One fact keeps one id over all its tries and replays */
                "webhook-id": string;
                /** @description Seconds since 1970, of this try */
                "webhook-timestamp": string;
                /** @description Standard Webhooks: `v1,` and base64; several while a secret changes */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "member.waiting";
                    /** @description RFC 3339, UTC */
                    timestamp: string;
                    data: {
                        roster: string;
                        /** @description Counts up; what is older than what you have can be dropped */
                        sequence: number;
                        member: {
                            id: string;
                            /** @enum {string} */
                            status: "pending" | "waiting" | "not_invited" | "invited" | "accepted" | "installed" | "revoked" | "removed" | "failed" | "reclaimed";
                            problem: {
                                code: string;
                                detail: string;
                                action: string;
                            } | null;
                            /** @description Only with `includeEmail` */
                            email?: string | null;
                            /** @description To the member's own page: of `member.waiting` for an address, with `includeLink` */
                            link?: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Taken */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not taken: it is sent again */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onMemberIdle: {
        parameters: {
            query?: never;
            header: {
                /** @description One fact keeps one id over all its tries and replays */
                "webhook-id": string;
                /** @description Seconds since 1970, of this try */
                "webhook-timestamp": string;
                /** @description Standard Webhooks: `v1,` and base64; several while a secret changes */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "member.idle";
                    /** @description RFC 3339, UTC */
                    timestamp: string;
                    data: {
                        roster: string;
                        /** @description Counts up; what is older than what you have can be dropped */
                        sequence: number;
                        member: {
                            id: string;
                            /** @enum {string} */
                            status: "pending" | "waiting" | "not_invited" | "invited" | "accepted" | "installed" | "revoked" | "removed" | "failed" | "reclaimed";
                            problem: {
                                code: string;
                                detail: string;
                                action: string;
                            } | null;
                            /** @description Only with `includeEmail` */
                            email?: string | null;
                            /** @description To the member's own page: of `member.waiting` for an address, with `includeLink` */
                            link?: string;
                        };
                        /**
                         * @description Why the seat counts as idle
                         * @enum {string}
                         */
                        reason: "not_accepted" | "not_installed" | "no_session";
                        /** @description When the seat is taken back, at the earliest */
                        reclaimAt: string;
                    };
                };
            };
        };
        responses: {
            /** @description Taken */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not taken: it is sent again */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onMemberReclaimed: {
        parameters: {
            query?: never;
            header: {
                /** @description One fact keeps one id over all its tries and replays */
                "webhook-id": string;
                /** @description Seconds since 1970, of this try */
                "webhook-timestamp": string;
                /** @description Standard Webhooks: `v1,` and base64; several while a secret changes */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "member.reclaimed";
                    /** @description RFC 3339, UTC */
                    timestamp: string;
                    data: {
                        roster: string;
                        /** @description Counts up; what is older than what you have can be dropped */
                        sequence: number;
                        member: {
                            id: string;
                            /** @enum {string} */
                            status: "pending" | "waiting" | "not_invited" | "invited" | "accepted" | "installed" | "revoked" | "removed" | "failed" | "reclaimed";
                            problem: {
                                code: string;
                                detail: string;
                                action: string;
                            } | null;
                            /** @description Only with `includeEmail` */
                            email?: string | null;
                            /** @description To the member's own page: of `member.waiting` for an address, with `includeLink` */
                            link?: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Taken */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not taken: it is sent again */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onMemberAddressChanged: {
        parameters: {
            query?: never;
            header: {
                /** @description One fact keeps one id over all its tries and replays */
                "webhook-id": string;
                /** @description Seconds since 1970, of this try */
                "webhook-timestamp": string;
                /** @description Standard Webhooks: `v1,` and base64; several while a secret changes */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "member.address_changed";
                    /** @description RFC 3339, UTC */
                    timestamp: string;
                    data: {
                        roster: string;
                        /** @description Counts up; what is older than what you have can be dropped */
                        sequence: number;
                        member: {
                            id: string;
                            /** @enum {string} */
                            status: "pending" | "waiting" | "not_invited" | "invited" | "accepted" | "installed" | "revoked" | "removed" | "failed" | "reclaimed";
                            problem: {
                                code: string;
                                detail: string;
                                action: string;
                            } | null;
                            /** @description Only with `includeEmail` */
                            email?: string | null;
                            /** @description To the member's own page: of `member.waiting` for an address, with `includeLink` */
                            link?: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Taken */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not taken: it is sent again */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onBuildAvailable: {
        parameters: {
            query?: never;
            header: {
                /** @description One fact keeps one id over all its tries and replays */
                "webhook-id": string;
                /** @description Seconds since 1970, of this try */
                "webhook-timestamp": string;
                /** @description Standard Webhooks: `v1,` and base64; several while a secret changes */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "build.available";
                    /** @description RFC 3339, UTC */
                    timestamp: string;
                    data: {
                        roster: string;
                        /** @description Counts up; what is older than what you have can be dropped */
                        sequence: number;
                        build: {
                            id: string;
                            version: string;
                            number: string;
                            expiresAt: string | null;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Taken */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not taken: it is sent again */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onBuildExpiring: {
        parameters: {
            query?: never;
            header: {
                /** @description One fact keeps one id over all its tries and replays */
                "webhook-id": string;
                /** @description Seconds since 1970, of this try */
                "webhook-timestamp": string;
                /** @description Standard Webhooks: `v1,` and base64; several while a secret changes */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "build.expiring";
                    /** @description RFC 3339, UTC */
                    timestamp: string;
                    data: {
                        roster: string;
                        /** @description Counts up; what is older than what you have can be dropped */
                        sequence: number;
                        build: {
                            id: string;
                            version: string;
                            number: string;
                            expiresAt: string | null;
                        };
                        /** @description Members who are in the group */
                        peopleAffected: number;
                        /** @description What comes after it; null: nothing newer is in the pipeline */
                        successor: {
                            number: string;
                            /** @enum {string} */
                            state: "processing" | "compliance_missing" | "ready_to_submit" | "in_review" | "rejected" | "approved_held" | "testing" | "expired" | "unknown";
                        } | null;
                    };
                };
            };
        };
        responses: {
            /** @description Taken */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not taken: it is sent again */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onBuildRunOut: {
        parameters: {
            query?: never;
            header: {
                /** @description One fact keeps one id over all its tries and replays */
                "webhook-id": string;
                /** @description Seconds since 1970, of this try */
                "webhook-timestamp": string;
                /** @description Standard Webhooks: `v1,` and base64; several while a secret changes */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "build.run_out";
                    /** @description RFC 3339, UTC */
                    timestamp: string;
                    data: {
                        roster: string;
                        /** @description Counts up; what is older than what you have can be dropped */
                        sequence: number;
                        build: {
                            id: string;
                            version: string;
                            number: string;
                            expiresAt: string | null;
                        };
                        /** @description Members who are in the group */
                        peopleAffected: number;
                        /** @description What comes after it; null: nothing newer is in the pipeline */
                        successor: {
                            number: string;
                            /** @enum {string} */
                            state: "processing" | "compliance_missing" | "ready_to_submit" | "in_review" | "rejected" | "approved_held" | "testing" | "expired" | "unknown";
                        } | null;
                    };
                };
            };
        };
        responses: {
            /** @description Taken */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not taken: it is sent again */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onRosterHeld: {
        parameters: {
            query?: never;
            header: {
                /** @description One fact keeps one id over all its tries and replays */
                "webhook-id": string;
                /** @description Seconds since 1970, of this try */
                "webhook-timestamp": string;
                /** @description Standard Webhooks: `v1,` and base64; several while a secret changes */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "roster.held";
                    /** @description RFC 3339, UTC */
                    timestamp: string;
                    data: {
                        roster: string;
                        /** @description Counts up; what is older than what you have can be dropped */
                        sequence: number;
                        /** @description The held plan; of `roster.recovered`: one that still waits for a decision */
                        reconciliation?: string;
                        problem: {
                            code: string;
                            detail: string;
                            action: string;
                        } | null;
                    };
                };
            };
        };
        responses: {
            /** @description Taken */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not taken: it is sent again */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onRosterBlocked: {
        parameters: {
            query?: never;
            header: {
                /** @description One fact keeps one id over all its tries and replays */
                "webhook-id": string;
                /** @description Seconds since 1970, of this try */
                "webhook-timestamp": string;
                /** @description Standard Webhooks: `v1,` and base64; several while a secret changes */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "roster.blocked";
                    /** @description RFC 3339, UTC */
                    timestamp: string;
                    data: {
                        roster: string;
                        /** @description Counts up; what is older than what you have can be dropped */
                        sequence: number;
                        /** @description The held plan; of `roster.recovered`: one that still waits for a decision */
                        reconciliation?: string;
                        problem: {
                            code: string;
                            detail: string;
                            action: string;
                        } | null;
                    };
                };
            };
        };
        responses: {
            /** @description Taken */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not taken: it is sent again */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onRosterRecovered: {
        parameters: {
            query?: never;
            header: {
                /** @description One fact keeps one id over all its tries and replays */
                "webhook-id": string;
                /** @description Seconds since 1970, of this try */
                "webhook-timestamp": string;
                /** @description Standard Webhooks: `v1,` and base64; several while a secret changes */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "roster.recovered";
                    /** @description RFC 3339, UTC */
                    timestamp: string;
                    data: {
                        roster: string;
                        /** @description Counts up; what is older than what you have can be dropped */
                        sequence: number;
                        /** @description The held plan; of `roster.recovered`: one that still waits for a decision */
                        reconciliation?: string;
                        problem: {
                            code: string;
                            detail: string;
                            action: string;
                        } | null;
                    };
                };
            };
        };
        responses: {
            /** @description Taken */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not taken: it is sent again */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onTeamKeyRejected: {
        parameters: {
            query?: never;
            header: {
                /** @description One fact keeps one id over all its tries and replays */
                "webhook-id": string;
                /** @description Seconds since 1970, of this try */
                "webhook-timestamp": string;
                /** @description Standard Webhooks: `v1,` and base64; several while a secret changes */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "team_key.rejected";
                    /** @description RFC 3339, UTC */
                    timestamp: string;
                    data: {
                        teamKey: string;
                        /** @description Counts up; what is older than what you have can be dropped */
                        sequence: number;
                        problem: {
                            code: string;
                            detail: string;
                            action: string;
                        } | null;
                    };
                };
            };
        };
        responses: {
            /** @description Taken */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not taken: it is sent again */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onTeamKeyRecovered: {
        parameters: {
            query?: never;
            header: {
                /** @description One fact keeps one id over all its tries and replays */
                "webhook-id": string;
                /** @description Seconds since 1970, of this try */
                "webhook-timestamp": string;
                /** @description Standard Webhooks: `v1,` and base64; several while a secret changes */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "team_key.recovered";
                    /** @description RFC 3339, UTC */
                    timestamp: string;
                    data: {
                        teamKey: string;
                        /** @description Counts up; what is older than what you have can be dropped */
                        sequence: number;
                        problem: {
                            code: string;
                            detail: string;
                            action: string;
                        } | null;
                    };
                };
            };
        };
        responses: {
            /** @description Taken */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not taken: it is sent again */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onWebhookTest: {
        parameters: {
            query?: never;
            header: {
                /** @description One fact keeps one id over all its tries and replays */
                "webhook-id": string;
                /** @description Seconds since 1970, of this try */
                "webhook-timestamp": string;
                /** @description Standard Webhooks: `v1,` and base64; several while a secret changes */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "webhook.test";
                    /** @description RFC 3339, UTC */
                    timestamp: string;
                    data: {
                        webhook: string;
                    };
                };
            };
        };
        responses: {
            /** @description Taken */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not taken: it is sent again */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
