import type { Words } from './words.ts'

export const fr: Words = {
  language: 'fr',
  title: 'Votre place dans la bêta de {app}',
  views: {
    address_missing: {
      state: 'Il manque une chose : l’adresse e-mail de votre compte Apple.',
      steps: [
        'Sur votre iPhone ou iPad, ouvrez Réglages et touchez votre nom : l’adresse se trouve en dessous.',
        'Saisissez cette adresse ci-dessous. Elle peut être différente de celle de votre inscription.',
      ],
    },
    on_the_way: {
      state: 'Votre changement est en route vers Apple.',
      steps: ['Vous n’avez rien à faire pour l’instant. Revenez dans quelques minutes.'],
    },
    waiting: {
      state: 'La bêta est complète pour le moment.',
      steps: ['Vous êtes dans la file et entrerez automatiquement dès qu’une place se libère.'],
    },
    not_invited: {
      state: 'Vous êtes sur la liste. Aucune version n’est encore disponible.',
      steps: ['Apple vous enverra une invitation dès qu’il y en aura une.'],
    },
    invited: {
      state: 'Apple vous a envoyé une invitation.',
      steps: [
        'Sur votre iPhone ou iPad, installez TestFlight depuis l’App Store.',
        'Vérifiez que vous êtes connecté avec le compte Apple {address}.',
        'Ouvrez sur cet appareil l’e-mail de TestFlight et touchez « Afficher dans TestFlight ». S’il n’est pas là, regardez dans le courrier indésirable.',
      ],
    },
    accepted: {
      state: 'Vous avez accepté l’invitation.',
      steps: [
        'Ouvrez TestFlight sur votre iPhone ou iPad avec le compte Apple {address}, puis touchez « Installer » à côté de {app}.',
      ],
    },
    installed: {
      state: 'Vous y êtes : {app} est installée.',
      steps: ['Les nouvelles versions arrivent par TestFlight. Vous pouvez aussi y envoyer vos remarques.'],
    },
    stopped: {
      state: 'Vous avez arrêté de tester {app}.',
      steps: ['Demandez de nouveau l’invitation si vous souhaitez revenir.'],
    },
    reclaimed: {
      state: 'Votre place dans la bêta de {app} a été libérée, car elle n’était pas utilisée.',
      steps: [
        'Vous souhaitez participer de nouveau ? Demandez l’invitation ci-dessous : vous aurez une place dès qu’une se libère.',
      ],
    },
    failed: {
      state: 'Apple n’a pas pu vous inviter avec cette adresse.',
      steps: ['Vérifiez l’adresse de votre compte Apple et saisissez-la de nouveau ci-dessous.'],
    },
    left: {
      state: 'Vous ne faites plus partie de cette bêta.',
      steps: ['Pour revenir, adressez-vous à la personne qui vous a invité.'],
    },
  },
  address: 'Adresse e-mail de votre compte Apple',
  addressHint: 'Par exemple nom@icloud.com',
  addressKnown: 'Nous avons {address}.',
  save: 'Enregistrer l’adresse',
  inviteAgain: 'Renvoyez-moi l’invitation',
  leave: 'Quitter la bêta',
  leaveQuestion: 'Voulez-vous vraiment partir ? Vous perdrez l’accès aux versions de test de {app}.',
  leaveYes: 'Oui, quitter',
  leaveNo: 'Non, rester',
  done: {
    address: 'Enregistrée. Apple enverra l’invitation à cette adresse dans quelques minutes.',
    same: 'C’est l’adresse que nous avons déjà.',
    invitation: 'C’est demandé. L’e-mail arrivera dans quelques minutes.',
    left: 'Vous avez quitté la bêta.',
  },
  problems: {
    address: 'Ce n’est pas une adresse e-mail. Saisissez-en une comme nom@icloud.com.',
    too_often: 'Vous avez fait cette demande trop souvent. Réessayez plus tard.',
    failed: 'Cela n’a pas fonctionné. Réessayez dans un instant.',
  },
  voidTitle: 'Ce lien n’est plus valable',
  voidText: 'Demandez-en un nouveau à la personne qui vous l’a envoyé.',
}
