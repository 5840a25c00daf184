import type { Words } from './words.ts'

export const de: Words = {
  language: 'de',
  title: 'Dein Platz in der Beta von {app}',
  views: {
    address_missing: {
      state: 'Eines fehlt noch: die E-Mail-Adresse deines Apple Accounts.',
      steps: [
        'Öffne auf deinem iPhone oder iPad die Einstellungen und tippe auf deinen Namen: Die Adresse steht darunter.',
        'Trage diese Adresse unten ein. Sie kann eine andere sein als die, mit der du dich angemeldet hast.',
      ],
    },
    on_the_way: {
      state: 'Deine Änderung ist auf dem Weg zu Apple.',
      steps: ['Im Moment ist nichts zu tun. Schau in ein paar Minuten wieder vorbei.'],
    },
    waiting: {
      state: 'Die Beta ist gerade voll.',
      steps: ['Du stehst in der Warteschlange und kommst automatisch hinein, sobald ein Platz frei wird.'],
    },
    not_invited: {
      state: 'Du stehst auf der Liste. Noch gibt es keine Version zum Testen.',
      steps: ['Apple schickt dir eine Einladung, sobald es eine gibt.'],
    },
    invited: {
      state: 'Apple hat dir eine Einladung geschickt.',
      steps: [
        'Installiere TestFlight aus dem App Store auf deinem iPhone oder iPad.',
        'Achte darauf, dass du dort mit dem Apple Account {address} angemeldet bist.',
        'Öffne die Mail von TestFlight auf diesem Gerät und tippe auf „In TestFlight anzeigen“. Fehlt sie, sieh im Spam-Ordner nach.',
      ],
    },
    accepted: {
      state: 'Du hast die Einladung angenommen.',
      steps: [
        'Öffne TestFlight auf deinem iPhone oder iPad mit dem Apple Account {address} und tippe neben {app} auf „Installieren“.',
      ],
    },
    installed: {
      state: 'Du bist dabei: {app} ist installiert.',
      steps: ['Neue Versionen kommen über TestFlight. Dort kannst du auch Feedback senden.'],
    },
    stopped: {
      state: 'Du hast das Testen von {app} beendet.',
      steps: ['Fordere die Einladung noch einmal an, wenn du zurückkommen möchtest.'],
    },
    reclaimed: {
      state: 'Dein Platz in der Beta von {app} wurde freigegeben, weil er nicht genutzt wurde.',
      steps: [
        'Möchtest du wieder mitmachen? Fordere unten die Einladung an: Du bekommst einen Platz, sobald einer frei ist.',
      ],
    },
    failed: {
      state: 'Mit dieser Adresse konnte Apple dich nicht einladen.',
      steps: ['Prüfe die Adresse deines Apple Accounts und trage sie unten noch einmal ein.'],
    },
    left: {
      state: 'Du bist nicht mehr in dieser Beta.',
      steps: ['Wende dich an die Person, die dich eingeladen hat, wenn du zurückkommen möchtest.'],
    },
  },
  address: 'E-Mail-Adresse deines Apple Accounts',
  addressHint: 'Zum Beispiel name@icloud.com',
  addressKnown: 'Wir haben {address}.',
  save: 'Adresse speichern',
  inviteAgain: 'Einladung noch einmal senden',
  leave: 'Beta verlassen',
  leaveQuestion: 'Möchtest du wirklich gehen? Du verlierst den Zugang zu den Testversionen von {app}.',
  leaveYes: 'Ja, verlassen',
  leaveNo: 'Nein, bleiben',
  done: {
    address: 'Gespeichert. Apple schickt die Einladung in ein paar Minuten an diese Adresse.',
    same: 'Diese Adresse haben wir schon.',
    invitation: 'Angefordert. Die Mail kommt in ein paar Minuten.',
    left: 'Du hast die Beta verlassen.',
  },
  problems: {
    address: 'Das ist keine E-Mail-Adresse. Trage eine wie name@icloud.com ein.',
    too_often: 'Du hast das zu oft angefordert. Versuche es später noch einmal.',
    failed: 'Das hat gerade nicht geklappt. Versuche es gleich noch einmal.',
  },
  voidTitle: 'Dieser Link gilt nicht mehr',
  voidText: 'Bitte die Person, die ihn dir geschickt hat, um einen neuen.',
}
