; The set-up program for Windows: for one person, no administrator. Given by build.py: Version, Folder, Icon, Out, Stem.

#define Name "LesionStudio"
#define Classes "Software\Classes"

[Setup]
AppId={{5B0C7A9E-3B55-4E0C-9B8B-9C5C2C9E6F41}
AppName={#Name}
AppVersion={#Version}
AppVerName={#Name} {#Version}
AppPublisher={#Name}
DefaultDirName={localappdata}\Programs\{#Name}
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
LicenseFile=..\..\LICENSE
OutputDir={#Out}
OutputBaseFilename={#Stem}
SetupIconFile={#Icon}
UninstallDisplayIcon={app}\lesionstudio.exe
UninstallDisplayName={#Name} {#Version}
Compression=lzma2/max
SolidCompression=yes
LZMAUseSeparateProcess=yes
WizardStyle=modern
; A version that runs is asked to close: its marks are saved as always.
CloseApplications=yes
RestartApplications=no
ChangesAssociations=yes
ChangesEnvironment=yes

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "fr"; MessagesFile: "compiler:Languages\French.isl"

[CustomMessages]
en.OnPath=Add the command "lesionstudio" to the path
fr.OnPath=Ajouter la commande « lesionstudio » au chemin
en.OpensWith=Offer LesionStudio for DICOM, NIfTI and TIFF files ("Open with")
fr.OpensWith=Proposer LesionStudio pour les fichiers DICOM, NIfTI et TIFF (« Ouvrir avec »)
en.OpensFolders=Offer LesionStudio in the menu of folders
fr.OpensFolders=Proposer LesionStudio dans le menu des dossiers
en.OpenFolder=Open in LesionStudio
fr.OpenFolder=Ouvrir dans LesionStudio
en.Kept=LesionStudio is removed. Your studies stay beside their scans, in folders called "lesionstudio"; models, the sample study and settings stay in%n%n%1%n%nDelete that folder if you do not need them.
fr.Kept=LesionStudio est désinstallé. Vos études restent à côté des examens, dans des dossiers nommés « lesionstudio » ; modèles, étude d'exemple et réglages restent dans%n%n%1%n%nSupprimez ce dossier si vous n'en avez plus besoin.

[Tasks]
Name: "onpath"; Description: "{cm:OnPath}"
Name: "openswith"; Description: "{cm:OpensWith}"
Name: "opensfolders"; Description: "{cm:OpensFolders}"
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[InstallDelete]
; What an older version had and this one has not must not be found by it.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Folder}\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{autoprograms}\{#Name}"; Filename: "{app}\lesionstudio.exe"
Name: "{autodesktop}\{#Name}"; Filename: "{app}\lesionstudio.exe"; Tasks: desktopicon

[Registry]
Root: HKCU; Subkey: "{#Classes}\Applications\lesionstudio.exe"; ValueType: string; ValueName: "FriendlyAppName"; ValueData: "{#Name}"; Flags: uninsdeletekey
Root: HKCU; Subkey: "{#Classes}\Applications\lesionstudio.exe\shell\open\command"; ValueType: string; ValueData: """{app}\lesionstudio.exe"" ""%1"""
Root: HKCU; Subkey: "{#Classes}\{#Name}.Scan"; ValueType: string; ValueData: "{#Name}"; Flags: uninsdeletekey
Root: HKCU; Subkey: "{#Classes}\{#Name}.Scan\DefaultIcon"; ValueType: string; ValueData: "{app}\lesionstudio.exe,0"
Root: HKCU; Subkey: "{#Classes}\{#Name}.Scan\shell\open\command"; ValueType: string; ValueData: """{app}\lesionstudio.exe"" ""%1"""
#sub OpensWith
Root: HKCU; Subkey: "{#Classes}\.{#Ending}\OpenWithProgids"; ValueType: string; ValueName: "{#Name}.Scan"; ValueData: ""; Tasks: openswith; Flags: uninsdeletevalue
Root: HKCU; Subkey: "{#Classes}\Applications\lesionstudio.exe\SupportedTypes"; ValueType: string; ValueName: ".{#Ending}"; ValueData: ""; Tasks: openswith
#endsub
#define Ending "dcm"
#expr OpensWith
#define Ending "dicom"
#expr OpensWith
#define Ending "nii"
#expr OpensWith
#define Ending "tif"
#expr OpensWith
#define Ending "tiff"
#expr OpensWith
Root: HKCU; Subkey: "{#Classes}\Directory\shell\{#Name}"; ValueType: string; ValueData: "{cm:OpenFolder}"; Tasks: opensfolders; Flags: uninsdeletekey
Root: HKCU; Subkey: "{#Classes}\Directory\shell\{#Name}"; ValueType: string; ValueName: "Icon"; ValueData: "{app}\lesionstudio.exe"; Tasks: opensfolders
Root: HKCU; Subkey: "{#Classes}\Directory\shell\{#Name}\command"; ValueType: string; ValueData: """{app}\lesionstudio.exe"" ""%1"""; Tasks: opensfolders
Root: HKCU; Subkey: "Software\Microsoft\Windows\CurrentVersion\App Paths\lesionstudio.exe"; ValueType: string; ValueData: "{app}\lesionstudio.exe"; Flags: uninsdeletekey
Root: HKCU; Subkey: "Environment"; ValueType: expandsz; ValueName: "Path"; ValueData: "{olddata};{app}\bin"; Tasks: onpath; Check: IsNotOnPath

[Run]
Filename: "{app}\lesionstudio.exe"; Description: "{cm:LaunchProgram,{#Name}}"; Flags: nowait postinstall skipifsilent

[Code]
function Path: String;
begin
  if not RegQueryStringValue(HKCU, 'Environment', 'Path', Result) then
    Result := '';
end;

function IsNotOnPath: Boolean;
begin
  Result := Pos(';' + Uppercase(ExpandConstant('{app}\bin')) + ';', ';' + Uppercase(Path) + ';') = 0;
end;

procedure TakeOffPath;
var
  Found: String;
  Place: Integer;
  Ours: String;
begin
  Found := ';' + Path + ';';
  Ours := ';' + ExpandConstant('{app}\bin') + ';';
  Place := Pos(Uppercase(Ours), Uppercase(Found));
  if Place > 0 then
  begin
    Delete(Found, Place, Length(Ours) - 1);
    RegWriteExpandStringValue(HKCU, 'Environment', 'Path', Copy(Found, 2, Length(Found) - 2));
  end;
end;

procedure CurUninstallStepChanged(Step: TUninstallStep);
begin
  if Step = usPostUninstall then
  begin
    TakeOffPath;
    if not UninstallSilent then
      MsgBox(FmtMessage(CustomMessage('Kept'), [ExpandConstant('{localappdata}\LesionStudio')]), mbInformation, MB_OK);
  end;
end;
