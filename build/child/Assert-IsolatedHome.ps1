# Vaults live in the folder of the user's data. If that isn't below the temporary home, the script ends: the vaults
# there are a person's.
$folders = @([Environment]::GetFolderPath('LocalApplicationData', 'DoNotVerify'))
# Windows keeps vaults in the one folder, the other systems beside it in the profile.
if ($env:OS -ne 'Windows_NT') { $folders += [Environment]::GetFolderPath('UserProfile', 'DoNotVerify') }
foreach ($folder in $folders) {
    if (-not $folder.StartsWith($env:HOME, [StringComparison]::OrdinalIgnoreCase)) {
        throw "This process was to have a home of its own ($($env:HOME)), but the system says $folder. Nothing " +
            'was done, so that your vaults stay untouched.'
    }
}
