export { receiveAppleWebhook } from './receive-apple-webhook.ts'
export { registerAppleWebhook } from './register-apple-webhook.ts'
export { removeAppleWebhook } from './remove-apple-webhook.ts'
