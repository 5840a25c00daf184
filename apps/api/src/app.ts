import Fastify, { LogController } from 'fastify'
import type { ApiDeps } from './deps.ts'
import { registerPages } from './pages/register-pages.ts'
import { createTokenFinder } from '@flightroster/core/usecases/tokens'
import { useAudit } from './plugins/audit.ts'
import { callersOf, useAuth } from './plugins/auth.ts'
import { useBodyParsers } from './plugins/body-parsers.ts'
import { useDraining } from './plugins/draining.ts'
import { answerClientError } from './plugins/client-error.ts'
import { useConnectionOrder } from './plugins/in-order.ts'
import { useCursorSeal } from './plugins/cursor-seal.ts'
import { tellLongFromSmall, useLargeBodies } from './plugins/large-bodies.ts'
import { useLongAnswers } from './plugins/long-answers.ts'
import { useLongReads } from './plugins/long-reads.ts'
import { watchMethods } from './plugins/method-not-allowed.ts'
import { serveOpenApi } from './plugins/serve-openapi.ts'
import { sendFrameworkError, useProblemDetails } from './plugins/problem-details.ts'
import { createPathStripper, usePublicPath } from './plugins/public-path.ts'
import { useOwnTurns } from './plugins/own-turns.ts'
import { useRateLimit } from './plugins/rate-limit.ts'
import { requestIdOf, useRequestLog } from './plugins/request-log.ts'
import { compileSerializer, compileVerifyingSerializer } from './plugins/serialization.ts'
import { useSoundHeads } from './plugins/sound-heads.ts'
import { useStrictQueries } from './plugins/strict-query.ts'
import { useStoreGuard } from './plugins/store-guard.ts'
import { useTracing } from './plugins/tracing.ts'
import { useUntaken } from './plugins/untaken.ts'
import { toTrust, useOrigin } from './plugins/trust-proxy.ts'
import { compileValidator } from './plugins/validation.ts'
import { useDeclaredCodes } from './reference/use-declared-codes.ts'
import { postAppleWebhook } from './routes/apple-webhooks/post.ts'
import { registerAppleWebhookRoutes } from './routes/apple-webhooks/register.ts'
import { listAuditRoute } from './routes/audit/get.ts'
import { allowEvents, postEvents } from './routes/events/post.ts'
import { healthzRoute, metricsRoute, readyzRoute } from './routes/health/get.ts'
import { listLanesRoute } from './routes/lanes/get.ts'
import { getMemberRoute, getTimelineRoute } from './routes/members/get.ts'
import { memberLinkRoutes } from './routes/members/link.ts'
import { listMembersRoute } from './routes/members/list.ts'
import { protectMemberRoutes } from './routes/members/protect.ts'
import { deleteMemberRoute, putMemberRoute } from './routes/members/put.ts'
import { createListGate } from './routes/members/list-gate.ts'
import { putMembersRoute } from './routes/members/put-roster.ts'
import { memberRequestRoutes, restoreMemberRoute } from './routes/members/requests.ts'
import { deletePersonRoute } from './routes/people/delete.ts'
import { getErasureRoute } from './routes/people/erasure.ts'
import { noticeRoutes } from './routes/notices/manage.ts'
import { getPeopleRoute } from './routes/people/get.ts'
import { decideReconciliationRoutes } from './routes/reconciliations/decide.ts'
import { getReconciliationRoute, listReconciliationsRoute } from './routes/reconciliations/get.ts'
import { postReconciliationRoute } from './routes/reconciliations/post.ts'
import { rosterActivityRoute } from './routes/rosters/activity.ts'
import { listBuildsRoute } from './routes/rosters/builds.ts'
import { deleteRosterRoute } from './routes/rosters/delete.ts'
import { getRosterRoute, listRostersRoute } from './routes/rosters/get.ts'
import { rosterIdleRoute } from './routes/rosters/idle.ts'
import { putRosterRoute } from './routes/rosters/put.ts'
import { reclaimRoute } from './routes/rosters/reclaim.ts'
import { retryRosterRoute } from './routes/rosters/retry.ts'
import { switchRosterRoutes } from './routes/rosters/switch.ts'
import { listAppsRoute, listGroupsRoute } from './routes/team-keys/apps.ts'
import { getSeatsRoute } from './routes/team-keys/seats.ts'
import { checkTeamKeyRoute } from './routes/team-keys/check.ts'
import { deleteTeamKeyRoute } from './routes/team-keys/delete.ts'
import { getTeamKeyRoute, listTeamKeysRoute } from './routes/team-keys/get.ts'
import { putTeamKeyRoute } from './routes/team-keys/put.ts'
import { switchLaneRoutes } from './routes/team-keys/switch.ts'
import { scimGroupRoutes } from './routes/scim-groups/routes.ts'
import { sourceRoutes } from './routes/sources/manage.ts'
import { receiveRoute } from './routes/sources/receive.ts'
import { tokenRoutes } from './routes/tokens/routes.ts'
import { deleteWebhookRoute } from './routes/webhooks/delete.ts'
import { listDeliveriesRoute, replayDeliveryRoute } from './routes/webhooks/deliveries.ts'
import { getWebhookRoute, listWebhooksRoute } from './routes/webhooks/get.ts'
import { putWebhookRoute } from './routes/webhooks/put.ts'
import { rotateSecretRoute } from './routes/webhooks/rotate-secret.ts'
import { testWebhookRoute } from './routes/webhooks/test.ts'
import { scimRoutes } from './scim/register.ts'
import type { ApiServer } from './server.ts'

const BODY_LIMIT = 1024 * 1024
/** 256 bytes of a member id, percent-encoded, and room to spare: what is longer fits no id. */
const MAX_PARAM_LENGTH = 2_000
const HEADERS_TIMEOUT_MS = 15_000
const REQUEST_TIMEOUT_MS = 60_000

/** Plugins, then routes, by name. Listens to nothing. */
export async function buildApp(deps: ApiDeps): Promise<ApiServer> {
  const trust = toTrust(deps.trustProxy)
  const serializer = deps.verifiesAnswers ? compileVerifyingSerializer : compileSerializer
  const app: ApiServer = Fastify({
    loggerInstance: deps.log,
    // Fastify's own lines name the path, which may hold an address.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestIdOf,
    trustProxy: trust,
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // A connection that is kept alive is served until it ends; /readyz says to send no more.
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    rewriteUrl: createPathStripper(deps.publicUrl),
    frameworkErrors: sendFrameworkError,
    clientErrorHandler: answerClientError(deps.log),
    // Asked for in useSoundHeads: Node would answer in its own form.
    http: { requireHostHeader: false },
    // Given here, since Fastify would load its own before it is told not to use them. Its types know no others in this place.
    schemaController: {
      compilersFactory: {
        buildValidator: (() => compileValidator) as never,
        buildSerializer: (() => serializer) as never,
      },
    },
  })
  app.server.headersTimeout = HEADERS_TIMEOUT_MS
  // Node would answer 417 by itself, without an id and a line in the log; a server may pass over what it does not know (RFC 9110).
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  useConnectionOrder(app)
  useUntaken(app)
  usePublicPath(app, deps)
  app.decorate('lists', createListGate())
  tellLongFromSmall(app, deps)
  useRequestLog(app, deps)
  useOrigin(app, trust)
  useProblemDetails(app)
  useSoundHeads(app)
  if (deps.verifiesAnswers) useDeclaredCodes(app)
  useBodyParsers(app)
  useCursorSeal(app, deps)
  useDraining(app)
  useTracing(app, deps)
  useStrictQueries(app)
  await deps.describe?.(app)
  const refuseOtherMethods = watchMethods(app)
  useAuth(app, { adminToken: deps.adminToken, findCaller: callersOf(createTokenFinder(deps)) })
  await useRateLimit(app, deps)
  useOwnTurns(app)
  useLargeBodies(app)
  useLongReads(app)
  // Behind the seal of cursors: what it is given is the whole answer.
  useLongAnswers(app)
  useAudit(app, deps)
  useStoreGuard(app, deps)
  await app.register(async (scope: ApiServer) => addRoutes(scope, deps))
  await registerPages(app, deps)
  refuseOtherMethods()
  return app
}

function addRoutes(app: ApiServer, deps: ApiDeps): void {
  healthzRoute(app)
  readyzRoute(app, deps)
  if (deps.servesMetrics) metricsRoute(app, deps)
  serveOpenApi(app, deps)

  postEvents(app, deps)
  allowEvents(app, deps)

  putTeamKeyRoute(app, deps)
  listTeamKeysRoute(app, deps)
  getTeamKeyRoute(app, deps)
  deleteTeamKeyRoute(app, deps)
  checkTeamKeyRoute(app, deps)
  listAppsRoute(app, deps)
  listGroupsRoute(app, deps)
  getSeatsRoute(app, deps)
  switchLaneRoutes(app, deps)

  putRosterRoute(app, deps)
  listRostersRoute(app, deps)
  getRosterRoute(app, deps)
  deleteRosterRoute(app, deps)
  switchRosterRoutes(app, deps)
  listBuildsRoute(app, deps)
  rosterIdleRoute(app, deps)
  reclaimRoute(app, deps)
  rosterActivityRoute(app, deps)
  registerAppleWebhookRoutes(app, deps)
  postAppleWebhook(app, deps)
  retryRosterRoute(app, deps)

  listMembersRoute(app, deps)
  getMemberRoute(app, deps)
  getTimelineRoute(app, deps)
  putMembersRoute(app, deps)
  putMemberRoute(app, deps)
  deleteMemberRoute(app, deps)
  memberRequestRoutes(app, deps)
  restoreMemberRoute(app, deps)
  protectMemberRoutes(app, deps)
  memberLinkRoutes(app, deps)
  getPeopleRoute(app, deps)
  deletePersonRoute(app, deps)
  getErasureRoute(app, deps)

  postReconciliationRoute(app, deps)
  listReconciliationsRoute(app, deps)
  getReconciliationRoute(app, deps)
  decideReconciliationRoutes(app, deps)

  tokenRoutes(app, deps)

  listLanesRoute(app, deps)
  listAuditRoute(app, deps)

  putWebhookRoute(app, deps)
  listWebhooksRoute(app, deps)
  getWebhookRoute(app, deps)
  deleteWebhookRoute(app, deps)
  rotateSecretRoute(app, deps)
  testWebhookRoute(app, deps)
  listDeliveriesRoute(app, deps)
  replayDeliveryRoute(app, deps)

  noticeRoutes(app, deps)

  sourceRoutes(app, deps)
  scimGroupRoutes(app, deps)
  receiveRoute(app, deps)

  scimRoutes(app, deps)
}
