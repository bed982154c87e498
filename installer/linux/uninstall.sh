#!/bin/sh
# Removes what install.sh put there, and nothing of the user's: says where that lies.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
data=${XDG_DATA_HOME:-$HOME/.local/share}
config=${XDG_CONFIG_HOME:-$HOME/.config}

french() { case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in fr*) return 0 ;; *) return 1 ;; esac; }
say() { if french; then printf '%s\n' "$2"; else printf '%s\n' "$1"; fi; }

target=$here
if [ ! -e "$target/.lesionstudio" ]; then target=$HOME/.local/opt/lesionstudio; fi
if [ ! -e "$target/.lesionstudio" ]; then
    say "LesionStudio is not installed in $target. Start the uninstall.sh of the folder it is in." \
        "LesionStudio n'est pas installé dans $target. Lancez le uninstall.sh du dossier où il se trouve." >&2
    exit 1
fi
rm -rf -- "$target/program" "$target/.lesionstudio" "$target/uninstall.sh"
rmdir -- "$target" 2>/dev/null || true
if [ -L "$HOME/.local/bin/lesionstudio" ] && [ ! -e "$HOME/.local/bin/lesionstudio" ]; then rm -- "$HOME/.local/bin/lesionstudio"; fi
rm -f -- "$data/applications/lesionstudio.desktop" "$data/mime/packages/lesionstudio.xml"
rm -f -- "$data"/icons/hicolor/*/apps/lesionstudio.png "$data"/icons/hicolor/scalable/apps/lesionstudio.svg
if command -v update-desktop-database >/dev/null; then update-desktop-database -q "$data/applications" || true; fi
if command -v update-mime-database >/dev/null; then update-mime-database "$data/mime" >/dev/null 2>&1 || true; fi
say "LesionStudio is removed. Your projects stay in the folder 'lesionstudio' beside your scans;" \
    "LesionStudio est désinstallé. Vos projets restent dans le dossier « lesionstudio » à côté de vos images ;"
say "models, the sample and settings in $data/LesionStudio and $config/LesionStudio." \
    "modèles, exemple et réglages dans $data/LesionStudio et $config/LesionStudio."
