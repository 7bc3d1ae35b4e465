"""Is another language known for what it is, and English never refused?

    python -m benchmarks.language COMMENTS.csv [--column comment_text] [--json]

COMMENTS.csv holds English comments. Prints how many of the sentences below are refused, by
language, and how many of the comments, by length. `--json` prints what
`flask model record language FILE` takes into the model's card.
"""

import argparse
import csv
import json
from collections import Counter
from pathlib import Path

from moderation.text.language import FEWEST_WORDS, foreign_language
from moderation.training.section import Section
from moderation.training.terminal import console

LENGTHS = (5, 10, 20, 50, 100)

# Ordinary comments, kind and unkind, of 6 to 20 words each; written for this.
SENTENCES = {
    "German": (
        "Das ist doch völliger Unsinn, du hast keine Ahnung davon.",
        "Vielen Dank für den schönen Artikel, ich habe viel gelernt.",
        "Warum wird hier jeder Beitrag sofort wieder gelöscht?",
        "Halt endlich den Mund, niemand will deine Meinung hören!",
        "Ich wohne seit zehn Jahren in dieser Straße und so laut war es noch nie.",
        "Der neue Bus fährt leider immer noch zu selten.",
    ),
    "French": (
        "Je ne comprends pas pourquoi cette page est si mal écrite.",
        "Merci beaucoup pour ces belles photos de la ville.",
        "Tu es vraiment trop bête, va jouer ailleurs.",
        "Le marché du samedi devrait ouvrir une heure plus tôt.",
        "On nous promet une piste cyclable depuis cinq ans, et toujours rien.",
        "Personne ne veut lire tes mensonges, ferme la porte en sortant.",
    ),
    "Spanish": (
        "No entiendo por qué este artículo está tan mal escrito.",
        "Muchas gracias por la información, me ha ayudado bastante.",
        "Eres un idiota y no sabes nada de nada.",
        "El parque nuevo está muy bonito pero faltan bancos.",
        "Mañana vuelvo a pasar por la biblioteca con los niños.",
        "Nadie te ha preguntado, así que cállate ya de una vez.",
    ),
    "Italian": (
        "Non capisco perché questa pagina sia scritta così male.",
        "Grazie mille per le bellissime fotografie del porto.",
        "Sei proprio uno stupido, torna a casa tua.",
        "Il treno delle sette è di nuovo in ritardo stamattina.",
        "Ho letto tutto l'articolo e sono completamente d'accordo con voi.",
        "Nessuno vuole sentire le tue bugie, smettila subito.",
    ),
    "Portuguese": (
        "Não entendo por que este artigo está tão mal escrito.",
        "Muito obrigado pelas fotografias, ficaram lindas.",
        "Você é um idiota e ninguém gosta de você.",
        "O ônibus da manhã continua atrasado todos os dias.",
        "Acho que a praça precisa de mais árvores e de mais sombra.",
        "Cala a boca e vai embora daqui agora mesmo.",
    ),
    "Dutch": (
        "Ik begrijp niet waarom deze pagina zo slecht geschreven is.",
        "Hartelijk dank voor de mooie foto's van de haven.",
        "Jij bent echt een sukkel, ga toch ergens anders spelen.",
        "De nieuwe bankjes bij het water zijn heel fijn.",
        "Waarom wordt mijn bijdrage telkens weer verwijderd?",
        "Niemand wil jouw leugens horen, hou je mond dicht.",
    ),
    "Polish": (
        "Nie rozumiem, dlaczego ta strona jest tak źle napisana.",
        "Bardzo dziękuję za piękne zdjęcia z portu.",
        "Jesteś głupi i nikt nie chce cię tutaj słuchać.",
        "Nowy park jest ładny, ale brakuje w nim ławek.",
        "Autobus znowu spóźnił się dzisiaj o dwadzieścia minut.",
        "Zamknij się wreszcie i idź sobie stąd.",
    ),
    "Swedish": (
        "Jag förstår inte varför den här sidan är så dåligt skriven.",
        "Tack så mycket för de fina bilderna från hamnen.",
        "Du är verkligen dum, gå och lek någon annanstans.",
        "Bussen var försenad igen i morse, det händer varje vecka.",
        "Ingen vill höra dina lögner, håll tyst nu.",
        "De nya bänkarna vid vattnet är mycket bra.",
    ),
    "Turkish": (
        "Bu sayfanın neden bu kadar kötü yazıldığını anlamıyorum.",
        "Limandan çektiğiniz güzel fotoğraflar için çok teşekkür ederim.",
        "Sen gerçekten aptalsın, git başka yerde oyna.",
        "Yeni park çok güzel ama yeterince bank yok.",
        "Otobüs bu sabah yine yirmi dakika geç geldi.",
        "Kimse senin yalanlarını duymak istemiyor, artık sus.",
    ),
    "Russian": (
        "Я не понимаю, почему эта статья так плохо написана.",
        "Большое спасибо за прекрасные фотографии гавани.",
        "Ты настоящий дурак, иди играть в другое место.",
        "Новый парк очень красивый, но не хватает скамеек.",
        "Автобус сегодня утром опять опоздал на двадцать минут.",
        "Никто не хочет слушать твою ложь, замолчи наконец.",
    ),
}


def main() -> None:
    """Read, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--column", default="comment_text")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with asked.file.open(encoding="utf-8", newline="") as file:
        english = [row[asked.column] for row in csv.DictReader(file)]
    rows = [
        [language, len(texts), sum(foreign_language(text) is not None for text in texts)]
        for language, texts in SENTENCES.items()
    ]
    seen: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for text in english:
        length = _length(len(text.split()))
        seen[length] += 1
        refused[length] += foreign_language(text) is not None
    rows += [[f"English, {length}", seen[length], refused[length]] for length in sorted(seen)]
    rows.append(["English, all", seen.total(), refused.total()])
    how = (
        f"Texts that are refused as unsupported language: sentences of 6 to 20 words written for "
        f"this, and the comments of {asked.file.name}, taken to be English. A text of fewer than "
        f"{FEWEST_WORDS} words is never refused."
    )
    section = Section(how, ["Texts", "Number", "Refused"], rows)
    if asked.json:
        print(json.dumps(section.as_json(), ensure_ascii=False))
    else:
        console.print(section.as_table("Language"))


def _length(words: int) -> str:
    for most in LENGTHS:
        if words <= most:
            return f"up to {most:>3} words"
    return f"over {LENGTHS[-1]} words"


if __name__ == "__main__":
    main()
