import type { Words } from './words.ts'

export const ja: Words = {
  language: 'ja',
  title: '{app}のベータテストへの参加状況',
  views: {
    address_missing: {
      state: 'Apple Accountのメールアドレスがまだ登録されていません。',
      steps: [
        'iPhoneまたはiPadで「設定」を開き、ご自分の名前をタップすると、その下にアドレスが表示されます。',
        'そのアドレスを下に入力してください。お申し込み時のアドレスとは異なる場合があります。',
      ],
    },
    on_the_way: {
      state: '変更をAppleに送信しています。',
      steps: ['今は何もする必要はありません。数分後にもう一度ご確認ください。'],
    },
    waiting: {
      state: '現在、ベータテストは満員です。',
      steps: ['順番待ちに入っています。空きができると自動的に参加できます。'],
    },
    not_invited: {
      state: '登録は完了しています。テストできるバージョンはまだありません。',
      steps: ['公開され次第、Appleから招待が届きます。'],
    },
    invited: {
      state: 'Appleから招待メールが送信されました。',
      steps: [
        'iPhoneまたはiPadで、App StoreからTestFlightをインストールします。',
        'Apple Account {address} でサインインしていることを確認します。',
        'そのデバイスでTestFlightからのメールを開き、「TestFlightで表示」をタップします。見つからない場合は、迷惑メールフォルダをご確認ください。',
      ],
    },
    accepted: {
      state: '招待を承諾済みです。',
      steps: [
        'iPhoneまたはiPadで、Apple Account {address} を使ってTestFlightを開き、{app}の横の「インストール」をタップします。',
      ],
    },
    installed: {
      state: '{app}はインストール済みです。',
      steps: ['新しいバージョンはTestFlightから届きます。フィードバックもTestFlightから送信できます。'],
    },
    stopped: {
      state: '{app}のテストを停止しました。',
      steps: ['もう一度参加するには、招待をもう一度リクエストしてください。'],
    },
    reclaimed: {
      state: '{app}のベータ版の参加枠は、使われていなかったため解放されました。',
      steps: ['もう一度参加するには、下から招待をリクエストしてください。空きができ次第、参加できます。'],
    },
    failed: {
      state: 'このアドレスではAppleから招待できませんでした。',
      steps: ['Apple Accountのメールアドレスを確認し、下にもう一度入力してください。'],
    },
    left: {
      state: 'このベータテストには参加していません。',
      steps: ['もう一度参加するには、招待した方にお問い合わせください。'],
    },
  },
  address: 'Apple Accountのメールアドレス',
  addressHint: '例：name@icloud.com',
  addressKnown: '登録済み：{address}',
  save: 'アドレスを保存',
  inviteAgain: '招待をもう一度送信',
  leave: 'ベータテストをやめる',
  leaveQuestion: '本当にやめますか？{app}のテスト版を使えなくなります。',
  leaveYes: 'はい、やめます',
  leaveNo: 'いいえ、続けます',
  done: {
    address: '保存しました。数分以内に、Appleからこのアドレスに招待が届きます。',
    same: 'このアドレスはすでに登録されています。',
    invitation: '受け付けました。数分以内にメールが届きます。',
    left: 'ベータテストをやめました。',
  },
  problems: {
    address: 'メールアドレスの形式ではありません。name@icloud.comのように入力してください。',
    too_often: '回数が多すぎます。しばらくしてからもう一度お試しください。',
    failed: 'うまくいきませんでした。少し待ってからもう一度お試しください。',
  },
  voidTitle: 'このリンクは無効です',
  voidText: 'リンクを送った方に、新しいリンクを依頼してください。',
}
