#!/bin/sh
# Installs LesionStudio for one person, without an administrator:  ./install.sh [--to FOLDER]
# A newer version takes the place of an older one; settings, models and projects lie elsewhere and stay.
set -eu
version=@VERSION@
need_mb=@MEGABYTES@
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
data=${XDG_DATA_HOME:-$HOME/.local/share}
target=$HOME/.local/opt/lesionstudio

french() { case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in fr*) return 0 ;; *) return 1 ;; esac; }
say() { if french; then printf '%s\n' "$2"; else printf '%s\n' "$1"; fi; }
stop() { say "$1" "$2" >&2; exit 1; }

case "${1:-}" in
"") ;;
--to) [ -n "${2:-}" ] || stop "Say the folder: ./install.sh --to FOLDER" "Indiquez le dossier : ./install.sh --to DOSSIER"
    target=$2 ;;
*) stop "Use: ./install.sh [--to FOLDER]" "Usage : ./install.sh [--to DOSSIER]" ;;
esac
case "$target" in /*) ;; *) target=$PWD/$target ;; esac

command -v xz >/dev/null || stop "This system lacks xz, which unpacks the program. Install the package xz-utils (Debian, Ubuntu) or xz (Fedora)." \
    "Il manque xz, qui décompresse le programme. Installez le paquet xz-utils (Debian, Ubuntu) ou xz (Fedora)."
mkdir -p -- "$target" 2>/dev/null || stop "$target cannot be written. Choose another folder: ./install.sh --to FOLDER" \
    "$target n'est pas accessible en écriture. Choisissez un autre dossier : ./install.sh --to DOSSIER"
if [ -n "$(ls -A -- "$target")" ] && [ ! -e "$target/.lesionstudio" ]; then
    stop "$target holds other files. Choose an empty folder: ./install.sh --to FOLDER" \
        "$target contient d'autres fichiers. Choisissez un dossier vide : ./install.sh --to DOSSIER"
fi
free_mb=$(df -Pm -- "$target" | awk 'NR == 2 { print $4 }')
[ "$free_mb" -ge $((need_mb + 20)) ] || { rmdir -- "$target" 2>/dev/null || true
    stop "LesionStudio needs $need_mb MB in $target; $free_mb MB are free. Nothing was installed." \
        "LesionStudio demande $need_mb Mo dans $target ; $free_mb Mo sont libres. Rien n'a été installé."; }

say "Installing LesionStudio $version in $target" "Installation de LesionStudio $version dans $target"
: >"$target/.lesionstudio"
new=$target/new.$$
undo() { rm -rf -- "$new"; stop "Unpacking stopped: no room, or no right to write, in $target. The earlier version, if any, is as it was." \
    "Décompression interrompue : plus de place, ou pas de droit d'écriture, dans $target. Une version antérieure reste intacte."; }
mkdir -- "$new"
xz -dc -- "$here/program.tar.xz" | tar -C "$new" --no-same-owner -xf - ./@PLACE@ 2>/dev/null || undo
[ -x "$new/@PLACE@/lesionstudio" ] || undo
old=$target/old.$$
[ ! -e "$target/program" ] || mv -- "$target/program" "$old"
mv -- "$new/@PLACE@" "$target/program"
rm -rf -- "$new" "$old"
cp -- "$here/uninstall.sh" "$target/uninstall.sh"

put_into_menu() {
    mkdir -p -- "$HOME/.local/bin" "$data" && ln -sf -- "$target/program/lesionstudio" "$HOME/.local/bin/lesionstudio" &&
        cp -R -- "$here/share/." "$data/" || return 1
    entry=$data/applications/lesionstudio.desktop
    quoted=$(printf '%s' "$target/program/lesionstudio" | sed 's/["`$]/\\\\&/g; s/%/%%/g')
    awk -v program="\"$quoted\"" '{ at = index($0, "@PROGRAM@"); if (at) print substr($0, 1, at - 1) program substr($0, at + 9); else print }' \
        "$here/share/applications/lesionstudio.desktop" >"$entry" || return 1
    if command -v update-desktop-database >/dev/null; then update-desktop-database -q "$data/applications" || true; fi
    if command -v update-mime-database >/dev/null; then update-mime-database "$data/mime" >/dev/null || true; fi
}
if put_into_menu 2>/dev/null; then
    say "Done. Start LesionStudio from the menu, or type: $HOME/.local/bin/lesionstudio" \
        "Terminé. Ouvrez LesionStudio par le menu, ou tapez : $HOME/.local/bin/lesionstudio"
else
    say "Done, without a menu entry: $HOME cannot be written. To start LesionStudio, type: $target/program/lesionstudio" \
        "Terminé, mais sans entrée de menu : $HOME n'est pas accessible en écriture. Pour ouvrir LesionStudio, tapez : $target/program/lesionstudio"
fi
say "To remove it: $target/uninstall.sh" "Pour désinstaller : $target/uninstall.sh"
