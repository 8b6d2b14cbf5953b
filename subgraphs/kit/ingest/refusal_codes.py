"""Every reason to refuse a file or a record: code → what is wrong, how to mend it (French, for the operator).

A code is part of the public interface. None of these texts has a place for a value.
"""

from typing import NamedTuple


class Text(NamedTuple):
    """What is wrong, and how to mend it."""

    message: str
    mend: str


CODES: dict[str, Text] = {
    # the file
    "FILE_UNREADABLE": Text("Le fichier ne peut pas être lu.", "Vérifier le chemin et les droits du fichier."),
    "FILE_EMPTY": Text(
        "Le fichier est vide, ou n'a que des blancs.",
        "Exporter à nouveau le fichier, et vérifier qu'il a été transmis en entier.",
    ),
    "FILE_COMPRESSED": Text(
        "Le fichier est compressé, ou une archive (gzip, zip, 7z, tar …), que le hub n'ouvre pas.",
        "Décompresser le fichier, et donner celui ou ceux qu'il contient.",
    ),
    "WORKBOOK": Text(
        "Le fichier est un document ou un classeur que le hub ne lit pas (.xls, .ods, .xlsb …).",
        "Enregistrer la feuille au format .xlsx, ou en « CSV UTF-8 », les colonnes de codes étant au format texte.",
    ),
    "WORKBOOK_ENCRYPTED": Text(
        "Le classeur est protégé par un mot de passe.",
        "Retirer le mot de passe à l'enregistrement, et transmettre le fichier par un canal sûr.",
    ),
    "WORKBOOK_MACROS": Text(
        "Le classeur contient des macros, qui ne sont jamais acceptées.",
        "Enregistrer la feuille au format .xlsx (classeur sans macro).",
    ),
    "WORKBOOK_TOO_LARGE": Text(
        "Une fois décompressé, le classeur dépasse la taille permise.",
        "Ne garder que la feuille à lire, sans mise en forme, ou donner un CSV.",
    ),
    "WORKBOOK_DAMAGED": Text(
        "Le classeur est abîmé ou incomplet : il ne se lit pas jusqu'au bout.",
        "L'ouvrir, l'enregistrer à nouveau au format .xlsx, et vérifier qu'il est transmis en entier.",
    ),
    "SHEETS_SEVERAL": Text(
        "Plusieurs feuilles du classeur portent les colonnes attendues : rien ne dit laquelle lire.",
        "Ne garder qu'une de ces feuilles par fichier, et donner chaque fichier.",
    ),
    "SHEET_HIDDEN": Text(
        "Seule une feuille masquée du classeur porte les colonnes attendues : elle n'est pas lue.",
        "Afficher la feuille si c'est bien elle qu'il faut lire, puis enregistrer.",
    ),
    "FILE_TYPE_UNKNOWN": Text(
        "L'extension du fichier n'est pas l'une de celles que cette source connaît.",
        "Donner le fichier sous le nom que le système d'origine lui a donné.",
    ),
    "FORMAT_UNKNOWN": Text(
        "Le fichier n'a pas la structure attendue pour cette source.",
        "Vérifier que le fichier vient bien de ce système, et dans une version connue.",
    ),
    "ENCODING_UNSUPPORTED": Text(
        "L'encodage du fichier (UTF-16, par exemple) n'est pas pris en charge.",
        "Redemander le fichier en UTF-8 ; un CSV ou le flux de la CNAF peuvent être en windows-1252.",
    ),
    "ENCODING_WRONG": Text(
        "Les octets ne correspondent pas à l'encodage du fichier.",
        "Redemander le fichier d'origine, sans l'ouvrir ni l'enregistrer avec un autre outil.",
    ),
    "DTD_REFUSED": Text(
        "Le fichier contient une déclaration DOCTYPE, qui n'est jamais acceptée.",
        "Redemander le fichier d'origine : ni un flux CNAF, ni un catalogue LHEO, ni un classeur n'en contient.",
    ),
    "TRUNCATED": Text(
        "Le fichier s'arrête avant sa fin. Les enregistrements complets qui précèdent ont été repris.",
        "Transmettre à nouveau le fichier entier : ce qui est déjà repris ne sera pas réécrit.",
    ),
    "TOTAL_DIFFERS": Text(
        "Le fichier n'a pas autant d'enregistrements qu'il en annonce ; ceux qui y sont ont été lus.",
        "Comparer avec le fichier d'origine : s'il en manque, le redemander entier, puis le transmettre à nouveau.",
    ),
    "WHOLE_INCOMPLETE": Text(
        "Les fichiers n'ont pas tout ce qu'ils annoncent, ou ne se lisent pas jusqu'au bout : rien n'est supprimé.",
        "Redonner avec --whole toutes les pages, entières, du même export.",
    ),
    "REMOVALS_REFUSED": Text(
        "Une liste n'a plus rien, ou a perdu plus d'un dixième de ce qui est connu : rien n'est supprimé.",
        "Vérifier que les fichiers sont tout l'export ; si c'est voulu, relancer avec --whole et --remove.",
    ),
    "XML_MALFORMED": Text(
        "Le XML est mal formé à partir de cet enregistrement. Ceux qui précèdent ont été repris.",
        "Redemander le fichier d'origine, puis le transmettre en entier.",
    ),
    "RECORD_TOO_LARGE": Text(
        "Un enregistrement dépasse la taille permise.",
        "Vérifier que le fichier vient bien de ce système.",
    ),
    # the record
    "SCHEMA_INVALID": Text(
        "Une donnée est absente ou n'a pas la forme attendue.",
        "Corriger la donnée dans le système d'origine, puis transmettre à nouveau l'enregistrement.",
    ),
    "LEADING_ZERO_LOST": Text(
        "Un code a perdu ses zéros de gauche.",
        "Ne pas ouvrir le fichier avec un tableur ; redemander le fichier d'origine.",
    ),
    "NIR_INVALID": Text(
        "Le NIR n'a pas 13 chiffres (ou 15 avec une clé juste).",
        "Corriger le NIR dans le système d'origine, ou le laisser vide.",
    ),
    "DATE_INVALID": Text(
        "Une date n'est pas lisible, ou précède celle qu'elle doit suivre.",
        "Écrire un jour JJ/MM/AAAA ou AAAA-MM-JJ (AAAAMMJJ dans LHEO), et un instant en ISO 8601 avec son décalage "
        "(AAAA-MM-JJTHH:MM:SS+01:00).",
    ),
    "KEY_MISSING": Text(
        "L'enregistrement ne porte aucun identifiant stable.",
        "Ajouter l'identifiant interne du département, ou le numéro CAF et le rôle.",
    ),
    "DEPARTMENT_UNKNOWN": Text(
        "Le département de la personne n'est pas connu.",
        "Indiquer le département avec --department, ou compléter l'adresse.",
    ),
    "VALUE_NOT_STORABLE": Text(
        "Une valeur ne peut pas être enregistrée (longueur, plage ou caractère interdit).",
        "Corriger la valeur dans le système d'origine.",
    ),
    "CONSTRAINT_VIOLATED": Text(
        "L'enregistrement contredit ce que la base contient, ou une règle de la base.",
        "Vérifier les codes de l'enregistrement ; s'ils sont justes, signaler ce refus à l'équipe du hub.",
    ),
    "COLUMN_MISSING": Text(
        "Une colonne obligatoire manque dans l'en-tête.",
        "Exporter à nouveau le fichier avec toutes ses colonnes.",
    ),
    "COLUMN_DOUBLE": Text(
        "Deux colonnes de l'en-tête ont le même nom.",
        "Renommer ou retirer l'une d'elles dans l'export : rien ne dit laquelle est la bonne.",
    ),
    "ROW_SHAPE": Text(
        "La ligne n'a pas autant de cases que l'en-tête, ou un guillemet y est de trop.",
        "Vérifier les séparateurs et les guillemets de la ligne ; les autres lignes ont été lues.",
    ),
    "CELL_FORMULA": Text(
        "Une case contient une formule, dont le résultat n'est jamais repris.",
        "Remplacer les formules par leurs valeurs (copier, collage spécial « valeurs »), puis enregistrer.",
    ),
    "CELL_ERROR": Text(
        "Une case contient une erreur (#N/A, #REF! …) ou une date impossible.",
        "Corriger la case, ou la vider.",
    ),
    "CELL_MERGED": Text(
        "Une case est fusionnée avec une autre : rien ne dit à quelles lignes sa valeur appartient.",
        "Annuler la fusion, et écrire la valeur dans chaque ligne.",
    ),
    "DIGITS_LOST": Text(
        "Un nombre a plus de 15 chiffres : le tableur en a perdu.",
        "Redemander le fichier d'origine, la colonne étant au format texte.",
    ),
    "AS_OF_MISSING": Text(
        "Ni l'enregistrement ni le fichier ne sont datés.",
        "Donner la date du fichier avec --as-of.",
    ),
    "AS_OF_AHEAD": Text(
        "L'enregistrement, ou le fichier, est daté de plus de deux mois en avance : tout ce qui suit serait pris pour "
        "ancien.",
        "Corriger la date dans le système d'origine, ou celle de --as-of, puis transmettre à nouveau.",
    ),
    "NIR_IN_KEY": Text(
        "Un identifiant de l'enregistrement, ou une valeur obligatoire, contient un NIR, ou en a la forme.",
        "Donner à l'enregistrement un identifiant propre dans le système d'origine, et le NIR dans le seul champ prévu "
        "pour lui.",
    ),
    # answers about one person
    "ANSWER_NONE": Text(
        "Le système interrogé ne connaît pas cette personne : ce qui était repris d'elle reste.",
        "Vérifier son numéro ou son identité dans les sources qui la font connaître.",
    ),
    "ANSWER_SEVERAL": Text(
        "Le système interrogé connaît plusieurs personnes sous ce numéro ou cette identité : rien n'est repris.",
        "Faire rapprocher ces personnes par le système interrogé.",
    ),
    "ANSWER_REFUSED": Text(
        "Le système interrogé refuse de répondre sur cette personne : rien n'est repris.",
        "Vérifier la forme de son numéro et ce que la convention du compte permet de demander.",
    ),
    "ANSWER_FAILED": Text(
        "Le système interrogé n'a pas répondu, ou mal, sur cette personne : rien n'est repris.",
        "Attendre : elle sera redemandée à son tour.",
    ),
    "IDENTITY_INCOMPLETE": Text(
        "Il manque à la personne une partie de l'identité que le système demande (nom, sexe, lieu de naissance) : elle "
        "n'est pas demandée.",
        "Compléter l'identité dans une source qui la fait connaître, le flux de la CNAF par exemple.",
    ),
    "ANSWER_OF_OTHER": Text(
        "La réponse concerne une autre personne que celle demandée (numéro, naissance, prénom) : rien n'est gardé.",
        "Vérifier le numéro de la personne ; s'il est juste, signaler la réponse au système interrogé.",
    ),
    "PERSON_RESTRICTED": Text(
        "La personne s'est opposée, a fait limiter l'usage de ses données ou doit être effacée : rien n'est repris.",
        "Rien à faire : elle n'est plus demandée tant que la restriction dure.",
    ),
    # values set aside, the rest of the record being taken
    "NIR_SET_ASIDE": Text(
        "Une valeur contient un NIR, ou en a la forme : elle n'est pas reprise.",
        "Retirer le NIR de ce champ dans le système d'origine, et le donner dans le champ prévu pour lui s'il doit "
        "servir au rapprochement.",
    ),
    "PHONE_INVALID": Text(
        "Un numéro de téléphone n'est pas lisible : il n'est pas repris.",
        "Écrire dix chiffres, ou un numéro étranger précédé de + ; laisser vide ce qui n'est pas un numéro.",
    ),
    "EMAIL_INVALID": Text(
        "Une adresse électronique n'en est pas une : elle n'est pas reprise.",
        "Écrire nom@domaine.fr dans le système d'origine, ou laisser vide.",
    ),
    "VALUE_UNKNOWN": Text(
        "Une valeur n'est pas l'une de celles que cette source connaît : elle n'est pas reprise.",
        "Vérifier la valeur dans le système d'origine ; si elle est juste, la signaler à l'équipe du hub.",
    ),
    "VALUE_INVALID": Text(
        "Une valeur n'a pas la forme attendue : elle n'est pas reprise, le reste de l'enregistrement l'est.",
        "Corriger la valeur dans le système d'origine, puis transmettre à nouveau l'enregistrement.",
    ),
    "COORDINATES_MISSING": Text(
        "La latitude et la longitude manquent ; l'élément est situé au centre de sa commune, si le hub la situe.",
        "Renseigner les coordonnées dans le système d'origine, puis transmettre à nouveau l'enregistrement.",
    ),
    "COORDINATES_INVALID": Text(
        "La latitude et la longitude ne désignent pas un lieu (0 et 0, hors bornes, ou l'une des deux seulement) ; "
        "l'élément est situé au centre de sa commune, si le hub la situe.",
        "Corriger les coordonnées dans le système d'origine, puis transmettre à nouveau l'enregistrement.",
    ),
    # JSON
    "JSON_INVALID": Text(
        "Le JSON est mal formé.", "Donner le document tel que le système d'origine l'a émis, octet pour octet."
    ),
    "JSON_DUPLICATE_KEY": Text(
        "Une clé est répétée dans un même objet JSON.",
        "Donner le document tel que le système d'origine l'a émis, octet pour octet.",
    ),
    "JSON_NUMBER": Text("NaN et Infinity ne sont pas du JSON.", "Signaler l'anomalie au système d'origine."),
    # webhooks
    "HEADERS_MISSING": Text(
        "Les en-têtes HTTP de la notification ne sont pas à côté de son corps.",
        "Placer les en-têtes dans le fichier de même nom terminé par .headers.json, ou les donner avec --headers.",
    ),
    "WEBHOOK_SECRET_MISSING": Text(
        "Le secret partagé des notifications n'est pas configuré.",
        "Configurer le secret convenu avec RDV-Insertion.",
    ),
    "WEBHOOK_SIGNATURE": Text(
        "La signature de la notification est absente ou fausse.",
        "Vérifier le secret partagé ; ne pas modifier le corps reçu.",
    ),
    "EVENT_TYPE_UNKNOWN": Text(
        "Le type de l'événement n'est pas de ceux que prend cette adresse.",
        "Choisir l'un des types de docs/evenements.md, et l'adresse de sa source.",
    ),
    # matching
    "ITEM_OF_OTHER": Text(
        "Aucune organisation de l'élément, tel qu'il est envoyé ou tel qu'il est connu, n'est de celles pour qui "
        "l'expéditeur parle : rien n'est repris.",
        "Nommer ces organisations dans le fichier « organisations » de sa ligne de [[webhooks]], puis le renvoyer.",
    ),
    "DEPARTMENT_OF_OTHER": Text(
        "L'élément est d'un autre département que celui de l'expéditeur : rien n'est repris.",
        "L'envoyer sous le secret de qui parle pour ce département.",
    ),
    "PERSON_OF_OTHER": Text(
        "La personne n'est connue que dans d'autres départements que celui de l'expéditeur : rien n'est repris.",
        "Si elle y est arrivée, reprendre d'abord une source qui le dit (flux CNAF, France Travail), puis relire avec "
        "--retry.",
    ),
    "AGENT_OF_OTHER": Text(
        "Un professionnel nommé ne suit que des personnes d'autres départements que celui de l'expéditeur : rien n'est "
        "repris.",
        "S'il y exerce aussi, reprendre d'abord un fichier qui le nomme référent dans ce département, puis relire avec "
        "--retry.",
    ),
    "PERSON_UNKNOWN": Text(
        "La source citée ne connaît aucune personne sous cette référence.",
        "Reprendre d'abord le fichier de cette source, puis transmettre à nouveau l'enregistrement.",
    ),
    "BIRTH_DATE_MISSING": Text(
        "Le NIR est déjà connu, mais la date de naissance manque pour le confirmer.",
        "Ajouter la date de naissance dans le système d'origine.",
    ),
    "MATCH_SEVERAL": Text(
        "Plusieurs personnes connues correspondent à cet enregistrement.",
        "Comparer ces personnes sur la page /matching, puis transmettre à nouveau l'enregistrement.",
    ),
    "MATCH_NONE": Text(
        "Aucune personne connue ne correspond à cet enregistrement, qui ne suffit pas à en créer une.",
        "Transmettre d'abord les fichiers qui identifient les personnes, puis à nouveau celui-ci.",
    ),
    "MATCH_NAMES_ONLY": Text(
        "Une personne connue a ces noms et cette date de naissance, mais rien d'autre ne dit que c'est elle : un "
        "homonyme les aurait aussi.",
        "Transmettre l'enregistrement avec un identifiant, un courriel ou un téléphone de la personne, ou d'abord un "
        "fichier qui en donne le NIR ; ou dire sur la page /matching s'il est d'elle, puis le relire avec --retry.",
    ),
    "CONTACT_AMBIGUOUS": Text(
        "Ce dossier a déjà d'autres coordonnées à la même date.",
        "Ne garder qu'une ligne par dossier, ou donner une date plus récente avec --as-of.",
    ),
    "MATCH_CONFLICT": Text(
        "Les identifiants de l'enregistrement désignent des personnes différentes ou se contredisent.",
        "Corriger l'identifiant en cause dans le système d'origine, puis transmettre à nouveau.",
    ),
}
